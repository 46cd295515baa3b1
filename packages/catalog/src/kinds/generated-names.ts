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

/** A name with something behind it, cut in front of that so that all fits into 63 bytes. */
export function suffixed(name: string, suffix: string): string {
  let kept = name
  while (Buffer.byteLength(kept) + Buffer.byteLength(suffix) > 63) kept = [...kept].slice(0, -1).join('')
  return kept + suffix
}

/** The first of a name, the name with 1, with 2 … that is free. */
export function chooseFree(nameOf: (number: string) => string, isTaken: (name: string) => boolean): string {
  let candidate = nameOf('')
  for (let number = 1; isTaken(candidate); number++) candidate = nameOf(String(number))
  return candidate
}
