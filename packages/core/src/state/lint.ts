import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { extract, plan, type Catalog, type Hazard } from '@savepoint/catalog'
import { readRepeatableScripts, withScripts } from '../repeatable/scripts.js'
import { readExtensionNames } from '../sources/extensions.js'
import { readTablespaces } from './files.js'
import { readMigrations, runMigrations, type MigrationScript } from './migrations.js'
import { assumeTablespaces, openScratch } from './scratch.js'
import type { StateSpec } from './spec.js'
import type { StateOptions } from './states.js'

/** What one migration does that somebody should know before it runs. */
export interface LintedMigration {
  /** Name of its file. */
  name: string
  findings: readonly { object: string; hazard: Hazard }[]
}

/**
 * Replays a migrations directory on scratch and looks at what each file changes: the hazards are those of a plan from the
 * state before it to the state after it.
 *
 * @param names of the files to look at; all others are only replayed
 * @throws DiagnosticError SP4002, SP4003 for a statement that fails
 */
export async function lintMigrations(
  spec: Extract<StateSpec, { kind: 'migrations' }>,
  names: ReadonlySet<string>,
  { config, log }: StateOptions,
): Promise<LintedMigration[]> {
  const { pre } = await readRepeatableScripts(config)
  const script = await withScripts(readMigrations(spec), { pre, post: [] })
  const scratch = await openScratch({ config, extensions: readExtensionNames(script.statements), databases: [], log })
  const options = { ...(config.include ? { include: config.include } : {}), exclude: config.exclude }
  try {
    await assumeTablespaces(scratch, readTablespaces(script.statements.map(({ sql }) => sql)))
    await scratch.query('BEGIN')
    const linted: LintedMigration[] = []
    let before: Catalog | undefined
    for (const [file, statements] of byFile(script)) {
      const name = basename(file)
      const isAsked = names.has(name)
      if (isAsked) before ??= await extract(scratch, options)
      await runMigrations(scratch, { statements })
      if (!isAsked || !before) {
        before = undefined
        continue
      }
      const after = await extract(scratch, options)
      const silenced = readSilenced(file)
      const findings = plan(before, after).steps.flatMap(({ object, hazards }) =>
        hazards.filter((hazard) => !silenced(hazard.code)).map((hazard) => ({ object, hazard })),
      )
      linted.push({ name, findings })
      before = after
    }
    return linted
  } finally {
    await scratch.query('ROLLBACK').catch(() => undefined)
    await scratch.close()
  }
}

// `-- atlas:nolint DS102 PG101` silences these codes in its file, without codes all of them.
const nolintRE = /^[ \t]*--[ \t]*(?:savepoint|atlas):nolint\b([^\n\r]*)/gim

function readSilenced(file: string): (code: string) => boolean {
  const lists = [...readFileSync(file, 'utf8').matchAll(nolintRE)].map(([, codes = '']) =>
    codes.split(/[\s,]+/).filter(Boolean),
  )
  if (lists.some((codes) => codes.length === 0)) return () => true
  // Atlas also names whole classes: `DS` and `destructive` are both in use.
  const silenced = lists.flat().map((code) => (code === 'destructive' ? 'DS' : code))
  return (code) => silenced.some((prefix) => code.startsWith(prefix))
}

function byFile({ statements }: MigrationScript): Map<string, MigrationScript['statements'][number][]> {
  const files = new Map<string, MigrationScript['statements'][number][]>()
  for (const statement of statements) {
    const list = files.get(statement.file)
    if (list) list.push(statement)
    else files.set(statement.file, [statement])
  }
  return files
}
