import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProofReport } from './proof.js'

/**
 * Writes what is needed to see a failed proof again: an SQL script that runs on any empty database of that version. It
 * holds definitions only, no rows.
 *
 * @param directory absolute path; made when it is missing
 * @returns absolute path of the file; the same failure gives the same file. Throws what the file system throws
 */
export async function writeProofReport(directory: string, report: ProofReport): Promise<string> {
  const text = formatReport(report)
  const file = join(directory, `proof-${createHash('sha1').update(text).digest('hex').slice(0, 12)}.sql`)
  await mkdir(directory, { recursive: true })
  await writeFile(file, text)
  return file
}

/** The text of such a file. Pure. */
export function formatReport({ version, from, plan, to, differences, refused }: ProofReport): string {
  const outcome = refused
    ? [`Step ${refused.step + 1} was refused: ${refused.message}`]
    : differences.map(({ id, change, facts }) => `${id}: ${facts?.join(', ') ?? change}`)
  return [
    `-- A plan of Savepoint that did not arrive, on Postgres ${Math.floor(version / 10_000)}.${version % 10_000}.`,
    ...outcome.map((line) => `-- ${line.replaceAll(/\s+/g, ' ')}`),
    '',
    '-- The state that the plan starts from',
    ...from.map((sql) => `${sql};`),
    '',
    '-- The plan',
    ...plan.map((sql) => `${sql};`),
    '',
    '-- The state that it should reach',
    ...to.map((sql) => `${sql};`.replaceAll(/^/gm, '-- ')),
    '',
  ].join('\n')
}
