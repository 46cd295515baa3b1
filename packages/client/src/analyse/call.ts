import type { Connection } from '@savepoint/catalog'
import { tokens } from '../sql/lexer.js'
import type { AnalysedColumn, AnalysedQuery, QueryToAnalyse } from './analyse.js'
import type { AnalysisFailure } from './failure.js'
import type { FactsLoader } from './load-facts.js'
import { statementShape } from './statement.js'

/** CALL has no analysed tree; what its procedure declares is all there is. */
export function isCall(text: string): boolean {
  return statementShape(text).verb === 'call'
}

const procedureQuery = `
SELECT
  coalesce(p.proallargtypes, p.proargtypes::pg_catalog.oid[])::pg_catalog.int8[]::pg_catalog.text[] AS types,
  p.proargmodes::pg_catalog.text[] AS modes,
  p.proargnames AS names,
  n.nspname || '.' || p.proname AS identity
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.prokind = 'p' AND p.proname = $1::text
  AND CASE WHEN $2::text = '' THEN pg_catalog.pg_function_is_visible(p.oid) ELSE n.nspname = $2::text END
  AND $3::text::pg_catalog.int4 BETWEEN p.pronargs - p.pronargdefaults AND coalesce(pg_catalog.cardinality(p.proallargtypes), p.pronargs)
ORDER BY p.oid`

interface ProcedureRow {
  types: string[]
  modes: string[] | null
  names: string[] | null
  identity: string
}

/** Parameters by the procedure's argument types, and its OUT and INOUT arguments as the one row that comes back. */
export async function resolveCall(
  connection: Connection,
  query: QueryToAnalyse,
  facts: FactsLoader,
): Promise<AnalysedQuery | AnalysisFailure> {
  const { schema, name, args } = parseCall(query.text)
  const { rows } = await connection.query<ProcedureRow>(procedureQuery, [name, schema, String(args.length)])
  const [procedure] = rows
  if (!procedure)
    return {
      kind: 'failed',
      sqlstate: '42883',
      message: `procedure ${schema === '' ? '' : `${schema}.`}${name} with ${args.length} argument(s) does not exist`,
      cause: undefined,
    }
  await facts.loadTypes(procedure.types)
  const parameters: AnalysedQuery['parameters'] = []
  args.forEach((number, index) => {
    const type = procedure.types[index]
    if (number === undefined || type === undefined) return
    parameters[number - 1] = { type: facts.valueType(type), nullable: query.parameterNullability?.get(number) ?? false }
  })
  const columns = procedure.types.flatMap((type, index): AnalysedColumn[] => {
    const mode = procedure.modes?.[index] ?? 'i'
    if (mode !== 'o' && mode !== 'b') return []
    return [{ name: procedure.names?.[index] || `column${index + 1}`, type: facts.valueType(type), nullable: true }]
  })
  return {
    kind: 'analysed',
    parameters: Array.from(parameters, (each) => each ?? { type: { kind: 'base', name: 'text' }, nullable: false }),
    ...(columns.length > 0 && { columns }),
    atMostOneRow: true,
    dependencies: [`function ${procedure.identity}`],
  }
}

/** @returns for each argument the number of the parameter that it is, undefined for anything else */
function parseCall(text: string): { schema: string; name: string; args: (number | undefined)[] } {
  const parts: string[] = []
  const args: (number | undefined)[] = []
  let depth = 0
  let hasArgument = false
  let current: number | undefined
  for (const token of tokens(text)) {
    if (token.kind === 'space' || token.kind === 'comment') continue
    const part = text.slice(token.start, token.end)
    if (depth === 0 && token.kind === 'word') parts.push(part.toLowerCase())
    else if (depth === 0 && token.kind === 'quoted') parts.push(part.slice(1, -1).replaceAll('""', '"'))
    if (part === '(') depth++
    else if (part === ')') {
      depth--
      if (depth === 0 && hasArgument) args.push(current)
    } else if (depth === 1 && part === ',') {
      args.push(current)
      current = undefined
    } else if (depth > 0) {
      hasArgument = true
      if (depth === 1 && token.kind === 'parameter') current = Number(part.slice(1))
    }
  }
  const [, first = '', second] = parts
  return second === undefined ? { schema: '', name: first, args } : { schema: first, name: second, args }
}
