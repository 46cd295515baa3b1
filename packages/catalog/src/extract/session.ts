import type { Connection } from '../connection.js'
import { isServerError } from '../server-error.js'

/**
 * What decides how Postgres prints definitions: with an empty search_path every name is qualified; dates, intervals and floats
 * are printed as pg_dump has them. JIT off, because compiling costs more than any catalog query gains.
 */
export const extractionSettings = {
  search_path: '',
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '3',
  bytea_output: 'hex',
  quote_all_identifiers: 'off',
  jit: 'off',
} as const

const names = Object.keys(extractionSettings) as (keyof typeof extractionSettings)[]

const remember = `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')},
  set_config('savepoint.extracting', 'on', true) AS probe`
const apply = `SELECT ${names.map((name) => `set_config('${name}', '${extractionSettings[name]}', true)`).join(', ')}`
const restore = `SELECT ${names.map((name, index) => `set_config('${name}', $${index + 1}, true)`).join(', ')},
  set_config('savepoint.extracting', '', true)`

/**
 * Runs `work` in one read-only snapshot, or in the caller's transaction if one is open: then nothing of it is rolled back,
 * and the settings are put back afterwards.
 *
 * @throws Error when others drop things from under it every time that it tries.
 */
export async function inSnapshot<Result>(connection: Connection, work: () => Promise<Result>): Promise<Result> {
  // A local setting is forgotten at the end of its transaction. Outside a transaction block that is the end of the statement,
  // so whether the next statement still sees it tells whether a block is open, without provoking an error.
  const before = await connection.query<Record<string, string>>(remember)
  const probe = await connection.query<{ probe: string | null }>(
    "SELECT current_setting('savepoint.extracting', true) AS probe",
  )
  if (probe.rows[0]?.probe === 'on') {
    await connection.query(apply)
    const result = await work()
    const previous = before.rows[0] ?? {}
    await connection.query(
      restore,
      names.map((name) => previous[name] ?? ''),
    )
    return result
  }
  for (let attempt = 1; ; attempt++) {
    await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    try {
      await connection.query(apply)
      return await work()
    } catch (error) {
      if (!isOvertaken(error)) throw error
      if (attempt === attempts)
        throw new Error(`the schema changed while it was read, ${attempts} times in a row`, { cause: error })
    } finally {
      await connection.query('ROLLBACK')
    }
  }
}

const attempts = 3

/**
 * The functions that print definitions look at the present and not at the snapshot, and fail on what somebody has dropped since
 * (`elog(ERROR)` in relation.c, ruleutils.c and others, which has no code of its own).
 */
function isOvertaken(error: unknown): boolean {
  return (
    isServerError(error) && error.code === 'XX000' && /could not open relation|cache lookup failed/.test(error.message)
  )
}
