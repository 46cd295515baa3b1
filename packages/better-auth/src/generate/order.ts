const identifier = '"(?:[^"]|"")+"'
const createTableRE = new RegExp(`^create table ((?:${identifier}\\.)?${identifier}) \\((.*)\\)$`, 's')
const referencesRE = new RegExp(
  ` references ((?:${identifier}\\.)?${identifier}) \\((${identifier})\\)(?: on (?:delete|update) (?:cascade|restrict|no action|set null|set default))*`,
  'g',
)

/**
 * Puts tables after those that they refer to. Better Auth writes them in the order of its plugins, which fails when a
 * field of `user` refers to a plugin's table; an order that works is left as it is. Where tables refer to each other in a
 * circle, the foreign keys that close it become statements of their own.
 *
 * @param statements as Better Auth's generator writes them, without semicolons
 */
export function orderStatements(statements: readonly string[]): string[] {
  const tables = statements.flatMap((sql) => readTable(sql) ?? [])
  const names = new Set(tables.map(({ name }) => name))
  const made = new Set<string>()
  const isReady = ({ name, references }: Table): boolean =>
    references.every((other) => other === name || made.has(other) || !names.has(other))
  const ordered: string[] = []
  const apart: string[] = []
  let waiting = tables
  while (waiting.length > 0) {
    const next = waiting.find(isReady) ?? waiting[0]
    if (!next) break
    if (isReady(next)) ordered.push(next.sql)
    else {
      const parted = takeReferences(next, (other) => other === next.name || made.has(other) || !names.has(other))
      ordered.push(parted.table)
      apart.push(...parted.constraints)
    }
    made.add(next.name)
    waiting = waiting.filter((table) => table !== next)
  }
  const isTable = (sql: string): boolean => createTableRE.test(sql)
  const first = statements.findIndex(isTable)
  if (first < 0) return [...statements]
  const others = statements.filter((sql) => !isTable(sql))
  return [...others.slice(0, first), ...ordered, ...apart, ...others.slice(first)]
}

/** One column a line, as people write it; what is no CREATE TABLE stays as it is. */
export function layOut(statement: string): string {
  const [, name, body] = createTableRE.exec(statement) ?? []
  if (name === undefined || body === undefined) return statement
  return `create table ${name} (\n${splitColumns(body)
    .map((column) => `  ${column}`)
    .join(',\n')}\n)`
}

interface Table {
  sql: string
  /** Quoted, with its schema. */
  name: string
  /** Names in the same form. */
  references: string[]
}

function readTable(sql: string): Table | undefined {
  const [, name, body = ''] = createTableRE.exec(sql) ?? []
  if (name === undefined) return undefined
  return { sql, name, references: [...body.matchAll(referencesRE)].flatMap(([, other]) => other ?? []) }
}

/** Takes the references out of a table that `mayStay` does not allow, and says them as constraints, of the names that they would have had. */
function takeReferences(
  { sql, name }: Table,
  mayStay: (other: string) => boolean,
): { table: string; constraints: string[] } {
  const constraints: string[] = []
  const columns = splitColumns(createTableRE.exec(sql)?.[2] ?? '').map((column) =>
    column.replaceAll(referencesRE, (reference, other: string) => {
      if (mayStay(other)) return reference
      const own = new RegExp(`^${identifier}`).exec(column)?.[0] ?? ''
      constraints.push(`alter table ${name} add foreign key (${own})${reference}`)
      return ''
    }),
  )
  return { table: `create table ${name} (${columns.join(', ')})`, constraints }
}

/** At the commas that stand outside of quotes and parentheses. */
function splitColumns(body: string): string[] {
  const columns = ['']
  let depth = 0
  for (const [token] of body.matchAll(/"(?:[^"]|"")+"|'(?:[^']|'')*'|./gs)) {
    if (token === '(') depth++
    if (token === ')') depth--
    if (token === ',' && depth === 0) columns.push('')
    else columns.push(`${columns.pop() ?? ''}${token}`)
  }
  return columns.map((column) => column.trim())
}
