/** A lock that is a row, for which there is no waiting in the server. */
export interface Lease {
  /** @returns whether it is ours now */
  take(): Promise<boolean>
  giveBack(): Promise<void>
  /** A sentence about who has it, in the words of whoever took it; undefined where nobody has. */
  describeHolder(): Promise<string | undefined>
}
