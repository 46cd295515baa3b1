import { quoteRE } from './quote.js'
import type { Statement } from './source.js'

const createExtensionRE = new RegExp(
  `^create\\s+extension\\s+(?:if\\s+not\\s+exists\\s+)?(${quoteRE.source}|\\w+)`,
  'i',
)

/** Names of the extensions that statements create, each once, sorted: a server may have to load them before it starts. */
export function readExtensionNames(statements: readonly Pick<Statement, 'sql'>[]): string[] {
  const names = statements.flatMap(({ sql }) => {
    const name = createExtensionRE.exec(sql)?.[1]
    if (name === undefined) return []
    return [name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()]
  })
  return [...new Set(names)].sort()
}
