import { generatedHeader } from '../generated-file.js'
import { propertyKey, stringLiteral } from '../naming/identifiers.js'
import { helperDeclarations } from '../values/typescript.js'

/** A comment as JSDoc, `''` for none. The text cannot end the comment or begin a tag of its own by accident. */
export function jsDoc(text: string | undefined, indent = ''): string {
  if (text === undefined || text.trim() === '') return ''
  const lines = text
    .trim()
    .replaceAll('*/', '*\\/')
    .split(/\r\n|\r|\n/)
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`
}

export interface Property {
  name: string
  type: string
  optional?: boolean
  comment?: string
}

export function interfaceDeclaration(name: string, properties: readonly Property[], comment?: string): string {
  const body = properties
    .map(
      (property) =>
        `${jsDoc(property.comment, '  ')}  ${propertyKey(property.name)}${property.optional ? '?' : ''}: ${property.type}\n`,
    )
    .join('')
  return `${jsDoc(comment)}export interface ${name} {${body === '' ? '' : `\n${body}`}}\n`
}

/** Puts header, imports, the helper types that the text mentions and the declarations together. */
export function moduleText(imports: ReadonlyMap<string, ReadonlySet<string>>, declarations: readonly string[]): string {
  const text = declarations.join('\n')
  const importLines = [...imports]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, names]) => `import type { ${[...names].toSorted().join(', ')} } from ${stringLiteral(from)}\n`)
  const helpers = [
    /\bJson\b/.test(text) ? `${helperDeclarations.Json}\n` : '',
    /\bRange</.test(text) ? `${helperDeclarations.Range}\n` : '',
  ]
  const parts = [importLines.join(''), ...helpers, text].filter((part) => part !== '')
  return `${generatedHeader}\n\n${parts.join('\n')}`
}
