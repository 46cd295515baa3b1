import type { MigrationFile, MigrationStatus, Revision } from '@savepoint/migrate'

/**
 * The status in Atlas's words, which scripts look for (`Migration Status: OK`).
 * Source of the layout: `atlas migrate status`, default template of version 0.37.
 */
export function renderStatus(status: MigrationStatus): string {
  const { partial, pending, outOfOrder, applied, available, dirty } = status
  const executed = `${applied.length + (partial ? 1 : 0)}${partial ? ' (last one partially)' : ''}`
  const lines = [
    `Migration Status: ${status.status}`,
    `  -- Current Version: ${describeCurrent(status)}`,
    `  -- Next Version:    ${describeNext(status)}`,
    `  -- Executed Files:  ${executed}`,
    `  -- Pending Files:   ${describePending(pending.length, outOfOrder.length)}`,
  ]
  if (partial?.error !== undefined)
    lines.push(
      '',
      'Last migration attempt had errors:',
      `  -- SQL:   ${oneLine(partial.errorStatement ?? '')}`,
      `  -- ERROR: ${oneLine(partial.error)}`,
    )
  if (outOfOrder.length > 0)
    lines.push(
      '',
      `  ERROR: ${outOfOrder.map(({ name }) => name).join(', ')}: older than an applied migration; see savepoint migrate apply --exec-order`,
    )
  if (dirty)
    lines.push(
      '',
      `  ERROR: the version is dirty: a migration failed half-way. Mend the database, then: savepoint migrate force ${status.current ?? available[0]?.version ?? 'VERSION'}`,
    )
  return `${lines.join('\n')}\n`
}

function describeCurrent({ current, partial }: MigrationStatus): string {
  if (current === undefined) return 'No migration applied yet'
  return partial ? `${current} (${partial.applied} statements applied)` : current
}

function describeNext({ next, partial, outOfOrder }: MigrationStatus): string {
  if (outOfOrder.length > 0) return 'UNKNOWN'
  if (partial) return `${partial.file.version} (${partial.total - partial.applied} statements left)`
  return next ?? 'Already at latest version'
}

function describePending(pending: number, outOfOrder: number): string {
  if (outOfOrder === 0) return String(pending)
  return pending === 0 ? `${outOfOrder} (out of order)` : `${pending + outOfOrder} (${outOfOrder} out of order)`
}

/** The fields of Atlas's `{{ json . }}`; those that are empty are left out. */
export function statusToJson(status: MigrationStatus, target: { name: string; path: string }): object {
  const { available, pending, outOfOrder, revisions, current, next, partial, dirty } = status
  const file = ({ name, version, description }: MigrationFile): object => ({
    Name: name,
    Version: version,
    ...(description ? { Description: description } : {}),
  })
  return {
    Env: { Driver: 'postgres', URL: target.name, Dir: target.path },
    Available: available.map(file),
    ...(outOfOrder.length > 0 ? { OutOfOrder: outOfOrder.map(file) } : {}),
    Pending: pending.map(file),
    Applied: revisions.map(describeRevision),
    Current: current ?? '',
    Next: next ?? 'Already at latest version',
    Count: partial?.applied ?? 0,
    Total: partial?.total ?? 0,
    Status: status.status,
    ...(partial?.error === undefined ? {} : { Error: partial.error, SQL: partial.errorStatement }),
    ...(dirty ? { Dirty: true } : {}),
  }
}

function describeRevision({ version, description, state, applied, total, appliedAt, error, hash }: Revision): object {
  return {
    Version: version,
    ...(description ? { Description: description } : {}),
    State: state,
    ...(applied === undefined ? {} : { Applied: applied }),
    ...(total === undefined ? {} : { Total: total }),
    ...(appliedAt === undefined ? {} : { ExecutedAt: appliedAt.toISOString() }),
    ...(hash === undefined ? {} : { Hash: hash }),
    ...(error === undefined ? {} : { Error: error }),
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
