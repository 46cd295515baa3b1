/** The command line itself is wrong: exit code 2, and the message says what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
