import { validateBodies } from '../elaborate/bodies.js'
import type { NameIndex } from '../elaborate/names.js'
import { orderUnits } from '../elaborate/order.js'
import { runUnits, type Failure } from '../elaborate/run.js'
import type { Unit } from '../elaborate/unit.js'
import { addressKey } from './addresses.js'
import { Provenance, type UnitKey } from './provenance.js'
import type { ScratchSession } from './session.js'
import type { State } from './state.js'

/**
 * Empties scratch and runs all statements. With failures the state is that of the statements that ran: scratch stands
 * there, so that mending the file costs the mended statement only.
 */
export async function elaborateFully(
  session: ScratchSession,
  units: ReadonlyMap<UnitKey, Unit>,
  index: NameIndex<Unit>,
): Promise<{ state: State; failures: Failure[] }> {
  await session.restart()
  const { recorder } = session
  const from = recorder?.position ?? 0
  const run = await runUnits(session.connection, orderUnits([...units.values()], index), recorder)
  const failed = new Set(run.failures.map(({ unit }) => unit))
  const succeeded = new Map([...units].filter(([, unit]) => !failed.has(unit)))
  const log = recorder ? await recorder.read(from) : []
  await recorder?.clear()
  const catalog = await session.read(undefined, run.assumedRoles)

  const keys = new Map([...units].map(([key, unit]) => [unit, key]))
  const provenance = new Provenance().derive(
    catalog,
    log,
    (number) => {
      const unit = run.numbers.get(number)
      const key = unit && keys.get(unit)
      return unit && key !== undefined ? { key, unit } : undefined
    },
    { objects: [], units: [] },
  )
  provenance.addGrants(
    catalog,
    [...succeeded].map(([key, unit]) => ({ key, unit })),
  )

  const failures = [...run.failures]
  const invalidBodies = new Set<UnitKey>()
  if (failures.length === 0) {
    for (const failure of await validateBodies(session.connection, findRoutines(catalog, log, run.numbers))) {
      failures.push(failure)
      const key = keys.get(failure.unit)
      if (key !== undefined) invalidBodies.add(key)
    }
  } else {
    // Their bodies may speak of what failed, so they were not asked; the next run does.
    for (const [key, unit] of succeeded) if (unit.analysis.body) invalidBodies.add(key)
  }
  return { state: { units: succeeded, catalog, provenance, assumedRoles: run.assumedRoles, invalidBodies }, failures }
}

function findRoutines(
  catalog: State['catalog'],
  log: readonly { statement: number; classid: number; objid: number }[],
  numbers: ReadonlyMap<number, Unit>,
): { oid: number; unit: Unit }[] {
  const unitOf = new Map<number, Unit>()
  for (const touch of log) {
    const unit = numbers.get(touch.statement)
    const id = catalog.addresses.get(addressKey(touch.classid, touch.objid))
    const kind = id === undefined ? undefined : catalog.objects.get(id)?.kind
    if (unit?.analysis.kind === 'CreateFunctionStmt' && (kind === 'function' || kind === 'procedure'))
      unitOf.set(touch.objid, unit)
  }
  return [...unitOf].map(([oid, unit]) => ({ oid, unit }))
}
