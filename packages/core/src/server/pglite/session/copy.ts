import { backend, createMessage } from './messages.js'

/**
 * A `COPY … FROM STDIN` whose data is being gathered. The backend must have all of it at hand when it runs the statement:
 * it cannot be left and entered again in the middle, and takes missing data for the end of its client.
 */
export interface PendingCopy {
  /** The Query or Execute message that starts it. */
  head: Buffer
  data: Buffer[]
  extended: boolean
}

/** A CopyInResponse that does not tell the columns, which clients do not need in order to send text. */
export function createCopyInResponse(binary: boolean): Buffer {
  return createMessage(backend.copyInResponse, Buffer.from([binary ? 1 : 0, 0, 0]))
}

export const isBinaryCopy = (sql: string): boolean => /\bstdin\b[^;]*\bbinary\b/i.test(sql)
