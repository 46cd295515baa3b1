import {
  cutSections,
  differences,
  executableSql,
  extract,
  isServerError,
  plan as makePlan,
  type Catalog,
  type Connection,
  type ExtractOptions,
  type Plan,
  type ServerError,
  type Step,
} from '@savepoint/catalog'
import { describeFailure, describeUnproved, fill, type Proof } from '../scratch/proof.js'
import { quoteName } from '../sources/quote.js'

export interface SectionProofOptions {
  /** What to read, as both catalogs were read. */
  extract: ExtractOptions
  /** Roles that must be there. */
  roles: Iterable<string>
  /** The server goes with the database, so that roles may be made on it. */
  isDisposable: boolean
  /** Look for a way back from each section, too. */
  withBack?: boolean
}

/** A proof, and for each section of the plan the steps that lead from the state after it to the one before: proved as well. */
export type SectionProof = Proof & { back?: readonly (readonly Step[])[] }

/**
 * Runs a plan that leaves its transaction as it will be run, section by section, and looks whether it arrives: in one transaction
 * an index cannot be built concurrently, nor a new label of an enum be used.
 *
 * @param connection to an empty database of its own, which is thrown away afterwards
 * @returns undefined where roles would have to be made on somebody's server, which nothing would take back
 */
export async function proveInSections(
  connection: Connection,
  plan: Plan,
  from: Catalog,
  to: Catalog,
  options: SectionProofOptions,
): Promise<SectionProof | undefined> {
  if (!(await prepareRoles(connection, options))) return undefined
  await connection.query(sessionText)
  const begun = await load(connection, from, options)
  if (begun !== undefined) return { status: 'unproved', diagnostic: describeUnproved(begun) }
  const states = [from]
  const read = (): Promise<Catalog> => extract(connection, options.extract)
  const failed = await proveWay({ connection, read }, { plan, from, to }, async () => {
    if (options.withBack) states.push(await read())
  })
  if (failed) return failed
  if (!options.withBack) return { status: 'proved' }
  const back: (readonly Step[])[] = []
  for (let index = states.length - 1; index > 0; index--) {
    const [after, before] = [states[index], states[index - 1]]
    if (!after || !before) continue
    // Whoever goes back in a hurry wants all of it or nothing.
    const way = makePlan(after, before, { strategy: 'atomic' })
    const failedBack = await proveWay({ connection, read }, { plan: way, from: after, to: before })
    if (failedBack) return failedBack
    back.unshift(way.steps)
  }
  return { status: 'proved', back }
}

/** Runs a plan from where the database stands. Returns how it failed; nothing where it arrives. */
async function proveWay(
  { connection, read }: { connection: Connection; read(): Promise<Catalog> },
  { plan, from, to }: { plan: Plan; from: Catalog; to: Catalog },
  afterEach?: () => Promise<void>,
): Promise<Extract<Proof, { status: 'failed' }> | undefined> {
  const refused = await runSections(connection, plan.steps, afterEach)
  const left = refused ? [] : differences(await read(), to)
  if (!refused && left.length === 0) return undefined
  return { status: 'failed', ...describeFailure(from, to, plan, { ...(refused && { refused }), differences: left }) }
}

// As on the warm scratch: names are qualified, and a body may name what a later step makes.
const sessionText = `SET search_path = ''; SET check_function_bodies = off; SET client_min_messages = error`

async function prepareRoles(
  connection: Connection,
  { extract: { roles }, ...options }: SectionProofOptions,
): Promise<boolean> {
  const wanted = [...options.roles]
  const { rows } = await connection.query<{ name: string }>('SELECT rolname AS name FROM pg_catalog.pg_roles')
  const missing = wanted.filter((role) => rows.every(({ name }) => name !== role))
  if (!options.isDisposable) return missing.length === 0 && roles === undefined
  for (const role of missing) await connection.query(`CREATE ROLE ${quoteName(role)}`)
  return true
}

/** Makes the state that the plan starts from. Returns why it cannot be there. */
async function load(connection: Connection, from: Catalog, options: SectionProofOptions): Promise<string | undefined> {
  const read = (): Promise<Catalog> => extract(connection, options.extract)
  try {
    const filled = await fill(from, {
      run: (batch) => connection.query(batch),
      read,
      async goOn(there) {
        await runSections(connection, makePlan(there, from).steps)
        return read()
      },
    })
    return 'reason' in filled ? filled.reason : undefined
  } catch (error) {
    // Here also what cannot be read cannot be proved.
    if (isServerError(error)) return error.message
    throw error
  }
}

async function runSections(
  connection: Connection,
  steps: readonly Step[],
  afterEach?: () => Promise<void>,
): Promise<{ step: number; error: ServerError } | undefined> {
  let step = 0
  for (const section of cutSections(steps)) {
    try {
      if (section.transactional) await connection.query('BEGIN')
      for (const one of section.steps) {
        await connection.query(executableSql(one))
        step++
      }
      if (section.transactional) await connection.query('COMMIT')
      await afterEach?.()
    } catch (error) {
      if (!isServerError(error)) throw error
      await connection.query('ROLLBACK')
      return { step, error }
    }
  }
  return undefined
}
