/**
 * Reader of `pg_node_tree` text, the form in which Postgres stores analysed queries (`src/backend/nodes/outfuncs.c`).
 * Fields are read by name, because their order and set change between majors.
 */
export interface TreeNode {
  tag: string
  fields: Readonly<Record<string, TreeValue>>
  /** The nodes in the fields and their lists, in order. */
  children: readonly TreeNode[]
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

/** Fields that no rule reads: where things were written, and who may do what. They are a third of the text, so they are cut out first. */
const unreadFields =
  'location list_start list_end stmt_location stmt_len varnosyn varattnosyn varnullingrels perminfoindex rellockmode ' +
  'requiredPerms checkAsUser selectedCols insertedCols updatedCols extraUpdatedCols securityQuals inFromCl canSetTag utilityStmt queryId ' +
  'colcollations ctecolcollations inputcollid opcollid funccollid consttypmod constlen constbyval constcollid varcollid paramcollid'

// A space in a string is escaped, so what follows a bare one is a field.
const unreadRE = new RegExp(
  String.raw` :(?:${unreadFields.replaceAll(' ', '|')}) (?:<>|true|false|-?\d+|\([^(){}\\]*\))(?=[\s}])`,
  'g',
)
const tokensRE = /[{}()]|(?:[^\s(){}\\]|\\[\s\S])+/g

/**
 * @returns the value that the text holds, without the fields that no rule reads
 * @throws {SyntaxError} when the text is no node tree
 */
export function parseNodeTree(text: string): TreeValue {
  // Regular expressions run at full speed from the first tree on, which a loop over characters does not.
  const tokens = text.replace(unreadRE, '').match(tokensRE) ?? []
  let index = 0

  const next = (): string => {
    const token = tokens[index++]
    if (token === undefined) throw new SyntaxError('a node tree does not end')
    return token
  }
  const value = (inList: boolean, siblings: TreeNode[]): TreeValue => {
    const token = next()
    if (token === '{') {
      const inner = node()
      siblings.push(inner)
      return inner
    }
    if (token === '(') return list(siblings)
    if (token === '<>') return null
    if (token === '""') return ''
    // Strings in lists are quoted, and a quote inside is not escaped.
    if (inList && token.length > 1 && token.startsWith('"') && token.endsWith('"')) return unescape(token.slice(1, -1))
    return unescape(token)
  }
  const list = (siblings: TreeNode[]): TreeValue => {
    const items: TreeValue[] = []
    const first = tokens[index]
    // They say what the list is of.
    if (first === 'b' || first === 'i' || first === 'o' || first === 'x') index++
    while (tokens[index] !== ')') items.push(value(true, siblings))
    index++
    return items
  }
  const node = (): TreeNode => {
    const tag = next()
    const fields: Record<string, TreeValue> = {}
    const children: TreeNode[] = []
    for (let name = next(); name !== '}'; name = next()) {
      const first = value(false, children)
      if (isFieldOrEnd(tokens[index])) {
        fields[name.slice(1)] = first
        continue
      }
      const all: TreeValue[] = [first]
      while (!isFieldOrEnd(tokens[index])) all.push(value(false, children))
      fields[name.slice(1)] = all
    }
    return { tag: longTags[tag] ?? tag, fields, children }
  }
  return value(false, [])
}

const isFieldOrEnd = (token: string | undefined): boolean =>
  token === undefined || token === '}' || token.charCodeAt(0) === 58

const unescape = (token: string): string => (token.includes('\\') ? token.replaceAll(/\\([\s\S])/g, '$1') : token)

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
  if (isNode(value)) walkNode(value, visit)
  else for (const item of value) walk(item, visit)
}

function walkNode(node: TreeNode, visit: (node: TreeNode) => void): void {
  visit(node)
  for (const child of node.children) walkNode(child, visit)
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
