import type { Connection } from '../connection.js'

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
  await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  try {
    await connection.query(apply)
    return await work()
  } finally {
    await connection.query('ROLLBACK')
  }
}
