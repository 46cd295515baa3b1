/**
 * Reader of `pg_node_tree` text, the form in which Postgres stores analysed queries (`src/backend/nodes/outfuncs.c`).
 * Fields are read by name, because their order and set change between majors.
 */
export interface TreeNode {
  tag: string
  fields: Readonly<Record<string, TreeValue>>
}

/** A node, a list, a token (numbers too are text), or null for `<>`. */
export type TreeValue = TreeNode | readonly TreeValue[] | string | null

/** Older majors print shorter names for these. */
const longTags: Readonly<Record<string, string>> = {
  RTE: 'RANGETBLENTRY',
  CASE: 'CASEEXPR',
  WHEN: 'CASEWHEN',
  COALESCE: 'COALESCEEXPR',
  ARRAY: 'ARRAYEXPR',
  ROW: 'ROWEXPR',
  MINMAX: 'MINMAXEXPR',
  BOOLEANTEST: 'BOOLEANTEST',
}

/** Fields that no rule reads: where things were written, and who may do what. They are most of the text, so they are passed over. */
const unreadFields = new Set(
  (
    'location list_start list_end stmt_location stmt_len varnosyn varattnosyn varnullingrels rteperminfos perminfoindex rellockmode ' +
    'requiredPerms checkAsUser selectedCols insertedCols updatedCols extraUpdatedCols securityQuals inFromCl canSetTag utilityStmt queryId ' +
    'colcollations ctecolcollations inputcollid opcollid funccollid consttypmod constlen constbyval constcollid varcollid paramcollid'
  ).split(' '),
)

/**
 * @returns the value that the text holds, without the fields that no rule reads
 * @throws {SyntaxError} when the text is no node tree
 */
export function parseNodeTree(text: string): TreeValue {
  let position = 0

  const isEnd = (code: number): boolean =>
    code === 32 || code === 10 || code === 9 || code === 40 || code === 41 || code === 123 || code === 125
  const skipSpace = (): void => {
    for (
      let code = text.charCodeAt(position);
      code === 32 || code === 10 || code === 9;
      code = text.charCodeAt(position)
    )
      position++
  }
  const rawToken = (): string => {
    const start = position
    while (position < text.length && !isEnd(text.charCodeAt(position)))
      position += text.charCodeAt(position) === 92 ? 2 : 1
    if (position === start) throw new SyntaxError(`unexpected ${text[position] ?? 'end'} at ${position} of a node tree`)
    return text.slice(start, position)
  }
  const unescape = (raw: string): string => (raw.includes('\\') ? raw.replaceAll(/\\([\s\S])/g, '$1') : raw)
  const value = (inList: boolean): TreeValue => {
    skipSpace()
    const code = text.charCodeAt(position)
    if (code === 123) return node()
    if (code === 40) return list()
    const raw = rawToken()
    if (raw === '<>') return null
    if (raw === '""') return ''
    // Strings in lists are quoted, and a quote inside is not escaped.
    if (inList && raw.length > 1 && raw.startsWith('"') && raw.endsWith('"')) return unescape(raw.slice(1, -1))
    return unescape(raw)
  }
  const list = (): TreeValue => {
    position++
    const items: TreeValue[] = []
    skipSpace()
    // `b`, `i`, `o` or `x` says what the list is of.
    const code = text.charCodeAt(position)
    const next = text.charCodeAt(position + 1)
    if ((code === 98 || code === 105 || code === 111 || code === 120) && (next === 32 || next === 41)) position++
    for (;;) {
      skipSpace()
      if (position >= text.length) throw new SyntaxError('a list of a node tree does not end')
      if (text.charCodeAt(position) === 41) break
      items.push(value(true))
    }
    position++
    return items
  }
  const node = (): TreeNode => {
    position++
    skipSpace()
    const tag = rawToken()
    const fields: Record<string, TreeValue> = {}
    for (;;) {
      skipSpace()
      if (position >= text.length) throw new SyntaxError(`node ${tag} does not end`)
      if (text.charCodeAt(position) === 125) break
      position++
      const name = rawToken()
      if (unreadFields.has(name)) {
        skipField()
        continue
      }
      const first = value(false)
      skipSpace()
      if (isFieldOrEnd()) fields[name] = first
      else {
        const all: TreeValue[] = [first]
        while (!isFieldOrEnd()) {
          all.push(value(false))
          skipSpace()
        }
        fields[name] = all
      }
    }
    position++
    return { tag: longTags[tag] ?? tag, fields }
  }
  const skipField = (): void => {
    for (let depth = 0; position < text.length; position++) {
      const code = text.charCodeAt(position)
      if (code === 92) position++
      else if (code === 40 || code === 123) depth++
      else if (depth === 0 && (code === 125 || (code === 58 && /\s/.test(text.charAt(position - 1))))) return
      else if (code === 41 || code === 125) depth--
    }
  }
  const isFieldOrEnd = (): boolean => {
    const code = text.charCodeAt(position)
    return position >= text.length || code === 58 || code === 125
  }
  return value(false)
}

export function isNode(value: TreeValue | undefined): value is TreeNode {
  return typeof value === 'object' && value !== null && 'tag' in value
}

/** The node in a field; undefined for `<>`, and for fields that this major does not have. */
export function nodeField(node: TreeNode, name: string): TreeNode | undefined {
  const value = node.fields[name]
  return isNode(value) ? value : undefined
}

/** The items of a list field; empty for `<>`. */
export function listField(node: TreeNode, name: string): readonly TreeValue[] {
  const value = node.fields[name]
  return Array.isArray(value) ? (value as readonly TreeValue[]) : []
}

export function nodesField(node: TreeNode, name: string): TreeNode[] {
  return listField(node, name).filter(isNode)
}

export function textField(node: TreeNode, name: string): string | undefined {
  const value = node.fields[name]
  return typeof value === 'string' ? value : undefined
}

/** A number field; 0 where it is absent, as Postgres itself initialises them. */
export function numberField(node: TreeNode, name: string): number {
  const value = textField(node, name)
  return value === undefined ? 0 : Number(value)
}

export function flagField(node: TreeNode, name: string): boolean {
  return node.fields[name] === 'true'
}

/** An OID; `'0'` where it is absent. OIDs are unsigned 32-bit and stay text. */
export function oidField(node: TreeNode, name: string): string {
  return textField(node, name) ?? '0'
}

/** Calls `visit` with every node below (and including) a value, depth first. */
export function walk(value: TreeValue | undefined, visit: (node: TreeNode) => void): void {
  if (value === null || value === undefined || typeof value === 'string') return
  if (isNode(value)) {
    visit(value)
    for (const name in value.fields) walk(value.fields[name], visit)
  } else for (const item of value) walk(item, visit)
}

/** Structural equality; where a node was written and how its name was spelt was not read. */
export function equalTrees(a: TreeValue | undefined, b: TreeValue | undefined): boolean {
  if (a === b) return true
  if (a === null || b === null || a === undefined || b === undefined) return false
  if (typeof a === 'string' || typeof b === 'string') return false
  if (isNode(a)) {
    if (!isNode(b) || a.tag !== b.tag) return false
    const names = new Set([...Object.keys(a.fields), ...Object.keys(b.fields)])
    for (const name of names) if (!equalTrees(a.fields[name], b.fields[name])) return false
    return true
  }
  if (isNode(b) || a.length !== b.length) return false
  return a.every((item, index) => equalTrees(item, b[index]))
}
