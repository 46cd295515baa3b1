import type { RelationFacts } from './facts.js'
import { functionFields, type FactsLoader } from './load-facts.js'
import { oidField, walk, type TreeNode } from './node-tree.js'
import { ownTypeOid } from './result-type.js'

/**
 * What a query and the views behind it use: `relation public.users`, `function public.f` (all of that name, since a new overload
 * may fit better), `type public.role`. Built-ins are left out.
 * Of a table the whole counts, because `*` and NATURAL JOIN look at columns that the query does not name.
 */
export function queryDependencies(query: TreeNode, facts: FactsLoader): string[] {
  const found = new Set<string>()
  const seen = new Set<string>()
  const visit = (tree: TreeNode): void => {
    walk(tree, (node) => {
      if (node.tag === 'RANGETBLENTRY') {
        const relation = facts.relations.get(oidField(node, 'relid'))
        if (relation) visitRelation(relation)
        return
      }
      if (node.tag !== 'VAR')
        for (const field of functionFields) {
          const fn = facts.functions.get(oidField(node, field))
          if (fn && fn.schema !== 'pg_catalog') found.add(`function ${fn.schema}.${fn.name}`)
        }
      const oid = ownTypeOid(node)
      if (oid !== undefined) addType(oid)
    })
  }
  const addType = (oid: string): void => {
    const type = facts.valueType(oid)
    const named = type.kind === 'array' ? type.element : type
    if (named.kind === 'enum' || named.kind === 'domain' || named.kind === 'composite')
      found.add(`type ${named.schema}.${named.name}`)
  }
  const visitRelation = (relation: RelationFacts): void => {
    if (seen.has(relation.oid) || relation.schema === 'pg_catalog' || relation.schema === 'information_schema') return
    seen.add(relation.oid)
    found.add(`relation ${relation.schema}.${relation.name}`)
    for (const oid of relation.descendants) {
      const child = facts.relations.get(oid)
      if (child) visitRelation(child)
    }
    if (relation.query) visit(relation.query)
  }
  visit(query)
  return [...found].sort()
}
