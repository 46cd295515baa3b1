/** Two states of a database between which plans must lead both ways. */
export interface RoundTrip {
  name: string
  from: string
  to: string
  /** Rows that are there on the way to `to`, and must survive it. */
  rows?: string
  /** First major version that knows all of it. */
  since?: number
}
