import { generatedHeader } from '../generated-file.js'
import type { CompiledQuery } from '../queries/model.js'

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function base64Vlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1
  let text = ''
  do {
    const digit = rest & 31
    rest >>>= 5
    text += digits[rest > 0 ? digit | 32 : digit]
  } while (rest > 0)
  return text
}

/**
 * A version 3 map from a declaration file to the `.sql` file, so that "go to definition" on a query lands on its name there.
 *
 * @param declaration text of the declaration file
 * @param source path of the `.sql` file from the declaration file
 */
export function declarationMap(
  declaration: string,
  queries: readonly CompiledQuery[],
  file: string,
  source: string,
): string {
  const byName = new Map(queries.map((query) => [query.exportName, query]))
  let previousLine = 0
  let previousColumn = 0
  const lines = declaration.split('\n').map((line) => {
    const match = /^export declare function ([^(]+)\(/.exec(line)
    const query = match?.[1] === undefined ? undefined : byName.get(match[1])
    if (!query) return ''
    const start = line.indexOf(query.exportName)
    const points = [
      { column: start, line: query.line - 1, sourceColumn: query.column - 1 },
      {
        column: start + query.exportName.length,
        line: query.line - 1,
        sourceColumn: query.column - 1 + query.name.length,
      },
    ]
    let generated = 0
    return points
      .map((point) => {
        const segment = [point.column - generated, 0, point.line - previousLine, point.sourceColumn - previousColumn]
        generated = point.column
        previousLine = point.line
        previousColumn = point.sourceColumn
        return segment.map(base64Vlq).join('')
      })
      .join(',')
  })
  return JSON.stringify({
    version: 3,
    // How a later run knows that the file is ours; keys with x_ are free to use.
    x_generated: generatedHeader.slice(3),
    file,
    sourceRoot: '',
    sources: [source],
    names: [],
    mappings: lines.join(';'),
  })
}
