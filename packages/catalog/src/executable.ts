/** Something with the text of a statement, and the statement itself where the text leaves out a secret. */
interface Runnable {
  sql: string
  run?: string
}

/** The statement to run, secrets included: for a connection, never for a person or a file. */
export function executableSql(statement: Runnable): string {
  return statement.run ?? statement.sql
}

/** Puts the statement with the secrets beside its text where nothing that lists properties finds it. */
export function withSecret<Statement extends Runnable>(statement: Statement, run: string | undefined): Statement {
  if (run !== undefined) Object.defineProperty(statement, 'run', { value: run, enumerable: false })
  return statement
}
