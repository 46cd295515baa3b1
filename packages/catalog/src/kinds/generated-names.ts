/** makeObjectName() in indexcmds.c: the longer of the two names is cut until all fits into 63 bytes. */
export function chooseName(table: string, columns: string, label: string): string {
  let first = table
  let second = columns
  const bytes = (text: string): number => Buffer.byteLength(text)
  while (bytes(first) + bytes(second) + label.length + 2 > 63) {
    if (bytes(first) > bytes(second)) first = [...first].slice(0, -1).join('')
    else second = [...second].slice(0, -1).join('')
  }
  return `${first}_${second}_${label}`
}

/** The unquoted name of the table that something belongs to, without its schema. */
export function bareTable(object: { parent?: string; schema?: string }): string {
  const name = /(?:^|[.\s])("(?:[^"]|"")+"|[^\s."]+)$/.exec(object.parent ?? '')?.[1] ?? ''
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}
