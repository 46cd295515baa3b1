import type { Node } from '../sources/parse.js'
import { readName, readRelation, readString, type QualifiedName } from '../sources/tree.js'
import type { Name, NameSpace } from './names.js'

/** The names that a statement defines, and those that only its root node tells (comments, grants, owners). */
export interface Targets {
  defines: Name[]
  references: Name[]
}

const spaceOfObjectType: Partial<Record<string, NameSpace>> = {
  OBJECT_TABLE: 'relation',
  OBJECT_VIEW: 'relation',
  OBJECT_MATVIEW: 'relation',
  OBJECT_INDEX: 'relation',
  OBJECT_SEQUENCE: 'relation',
  OBJECT_FOREIGN_TABLE: 'relation',
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'type',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'function',
  OBJECT_ROUTINE: 'function',
  OBJECT_AGGREGATE: 'function',
  OBJECT_OPERATOR: 'operator',
  OBJECT_SCHEMA: 'schema',
  OBJECT_EXTENSION: 'extension',
  OBJECT_ROLE: 'role',
  OBJECT_COLLATION: 'collation',
}
/** Named inside of a relation: the path ends with the member's own name. */
const memberTypes = new Set(['OBJECT_COLUMN', 'OBJECT_TABCONSTRAINT', 'OBJECT_TRIGGER', 'OBJECT_POLICY', 'OBJECT_RULE'])
const memberSpaces: Partial<Record<string, NameSpace>> = {
  OBJECT_TABCONSTRAINT: 'constraint',
  OBJECT_TRIGGER: 'trigger',
  OBJECT_POLICY: 'policy',
}

/** Reads the root of a statement's tree. Pure. */
export function readTargets(node: Node): Targets {
  const defines: Name[] = []
  const references: Name[] = []
  const define = (space: NameSpace, name: QualifiedName | undefined): void => {
    if (name) defines.push({ space, ...name })
  }
  const refer = (space: NameSpace, name: QualifiedName | undefined): void => {
    if (name) references.push({ space, ...name })
  }

  if ('CreateStmt' in node) {
    define('relation', readRelation(node.CreateStmt.relation))
    defineMembers(node.CreateStmt.relation, node.CreateStmt.tableElts, defines)
  } else if ('CreateForeignTableStmt' in node) {
    define('relation', readRelation(node.CreateForeignTableStmt.base?.relation))
    refer('other', asName(node.CreateForeignTableStmt.servername))
  } else if ('ViewStmt' in node) define('relation', readRelation(node.ViewStmt.view))
  else if ('CreateTableAsStmt' in node) define('relation', readRelation(node.CreateTableAsStmt.into?.rel))
  else if ('CreateSeqStmt' in node) define('relation', readRelation(node.CreateSeqStmt.sequence))
  else if ('IndexStmt' in node) {
    const { idxname, relation, unique } = node.IndexStmt
    if (idxname !== undefined) define('relation', inSchemaOf(readRelation(relation), idxname))
    if (unique) define('key', readRelation(relation))
  } else if ('CreateEnumStmt' in node) define('type', readName(node.CreateEnumStmt.typeName))
  else if ('CreateDomainStmt' in node) define('type', readName(node.CreateDomainStmt.domainname))
  else if ('CreateRangeStmt' in node) define('type', readName(node.CreateRangeStmt.typeName))
  else if ('CompositeTypeStmt' in node) define('type', readRelation(node.CompositeTypeStmt.typevar))
  else if ('CreateFunctionStmt' in node) define('function', readName(node.CreateFunctionStmt.funcname))
  else if ('DefineStmt' in node) {
    const { kind, defnames } = node.DefineStmt
    const space = spaceOfObjectType[kind ?? ''] ?? 'other'
    define(space, space === 'other' ? asName(readName(defnames)?.name) : readName(defnames))
  } else if ('CreateSchemaStmt' in node) {
    define('schema', asName(node.CreateSchemaStmt.schemaname ?? node.CreateSchemaStmt.authrole?.rolename))
    for (const element of node.CreateSchemaStmt.schemaElts ?? []) {
      for (const name of readTargets(element).defines)
        defines.push(
          node.CreateSchemaStmt.schemaname === undefined ? name : { schema: node.CreateSchemaStmt.schemaname, ...name },
        )
    }
  } else if ('CreateExtensionStmt' in node) {
    define('extension', asName(node.CreateExtensionStmt.extname))
    for (const option of node.CreateExtensionStmt.options ?? [])
      if ('DefElem' in option && option.DefElem.defname === 'schema')
        refer('schema', asName(readString(option.DefElem.arg)))
  } else if ('CreateRoleStmt' in node) define('role', asName(node.CreateRoleStmt.role))
  else if ('CreateTrigStmt' in node) {
    const { trigname, relation, funcname } = node.CreateTrigStmt
    define('trigger', memberOf(readRelation(relation), trigname))
    refer('function', readName(funcname))
  } else if ('CreatePolicyStmt' in node)
    define('policy', memberOf(readRelation(node.CreatePolicyStmt.table), node.CreatePolicyStmt.policy_name))
  else if ('CreateEventTrigStmt' in node) {
    define('other', asName(node.CreateEventTrigStmt.trigname))
    refer('function', readName(node.CreateEventTrigStmt.funcname))
  } else if ('CreateFdwStmt' in node) define('other', asName(node.CreateFdwStmt.fdwname))
  else if ('CreateForeignServerStmt' in node) {
    define('other', asName(node.CreateForeignServerStmt.servername))
    refer('other', asName(node.CreateForeignServerStmt.fdwname))
  } else if ('CreateUserMappingStmt' in node) refer('other', asName(node.CreateUserMappingStmt.servername))
  else if ('CreatePublicationStmt' in node) define('other', asName(node.CreatePublicationStmt.pubname))
  else if ('CreatePLangStmt' in node) define('other', asName(node.CreatePLangStmt.plname))
  else if ('CreateStatsStmt' in node) define('other', asName(readName(node.CreateStatsStmt.defnames)?.name))
  else if ('CreateOpClassStmt' in node) define('other', asName(readName(node.CreateOpClassStmt.opclassname)?.name))
  else if ('CreateOpFamilyStmt' in node) define('other', asName(readName(node.CreateOpFamilyStmt.opfamilyname)?.name))
  else if ('AlterTableStmt' in node) readAlterTable(node, defines, references)
  else if ('CommentStmt' in node) readObject(node.CommentStmt.objtype, node.CommentStmt.object, references)
  else if ('SecLabelStmt' in node) readObject(node.SecLabelStmt.objtype, node.SecLabelStmt.object, references)
  else if ('GrantStmt' in node) {
    const objects: Name[] = []
    for (const object of node.GrantStmt.objects ?? []) readObject(node.GrantStmt.objtype, object, objects)
    references.push(...objects)
    if (!node.GrantStmt.is_grant) defines.push(...objects.map(revocationOf))
  } else if ('AlterOwnerStmt' in node)
    readObject(node.AlterOwnerStmt.objectType, node.AlterOwnerStmt.object, references)
  else if ('AlterEnumStmt' in node) refer('type', readName(node.AlterEnumStmt.typeName))
  else if ('AlterDomainStmt' in node) refer('type', readName(node.AlterDomainStmt.typeName))
  else if ('AlterTypeStmt' in node) refer('type', readName(node.AlterTypeStmt.typeName))
  else if ('AlterFunctionStmt' in node) refer('function', readName(node.AlterFunctionStmt.func?.objname))
  else if ('AlterEventTrigStmt' in node) refer('other', asName(node.AlterEventTrigStmt.trigname))
  else if ('AlterPublicationStmt' in node) refer('other', asName(node.AlterPublicationStmt.pubname))
  else if ('AlterExtensionStmt' in node) refer('extension', asName(node.AlterExtensionStmt.extname))
  else if ('RenameStmt' in node) readRename(node, defines, references)
  else if ('AlterObjectSchemaStmt' in node) {
    const { objectType, object, relation, newschema } = node.AlterObjectSchemaStmt
    const space = spaceOfObjectType[objectType ?? ''] ?? 'other'
    const before = readRelation(relation) ?? objectName(object)
    refer(space, before)
    refer('schema', asName(newschema))
    if (before && newschema !== undefined) defines.push({ space, schema: newschema, name: before.name })
  } else if ('GrantRoleStmt' in node) {
    for (const role of node.GrantRoleStmt.granted_roles ?? [])
      if ('AccessPriv' in role) refer('role', asName(role.AccessPriv.priv_name))
  }
  return { defines, references }
}

function readAlterTable(node: Extract<Node, { AlterTableStmt: unknown }>, defines: Name[], references: Name[]): void {
  const table = readRelation(node.AlterTableStmt.relation)
  const commands = (node.AlterTableStmt.cmds ?? []).flatMap((cmd) =>
    'AlterTableCmd' in cmd ? [cmd.AlterTableCmd] : [],
  )
  for (const { subtype, name, def } of commands) {
    if (def) defineMembers(node.AlterTableStmt.relation, [def], defines)
    if (name === undefined || !table) continue
    if (subtype === 'AT_ValidateConstraint' || subtype === 'AT_AlterConstraint')
      references.push({ space: 'constraint', ...memberName(table, name) })
    if (subtype === 'AT_ClusterOn') references.push({ space: 'relation', ...inSchemaOf(table, name) })
    if (subtype?.endsWith('Trig')) references.push({ space: 'trigger', ...memberName(table, name) })
  }
}

/** Constraints by name, and whether the table gets a unique key. */
function defineMembers(
  relation: Parameters<typeof readRelation>[0],
  elements: readonly Node[] | undefined,
  defines: Name[],
): void {
  const table = readRelation(relation)
  if (!table) return
  for (const element of elements ?? []) {
    if ('ColumnDef' in element) defineMembers(relation, element.ColumnDef.constraints, defines)
    if (!('Constraint' in element)) continue
    const { contype, conname } = element.Constraint
    const name = memberOf(table, conname)
    if (name) defines.push({ space: 'constraint', ...name })
    if (contype === 'CONSTR_PRIMARY' || contype === 'CONSTR_UNIQUE') {
      defines.push({ space: 'key', ...table }, { space: 'constraint key', ...table })
      if (conname !== undefined) defines.push({ space: 'relation', ...inSchemaOf(table, conname) })
    }
  }
}

function readRename(node: Extract<Node, { RenameStmt: unknown }>, defines: Name[], references: Name[]): void {
  const { renameType, object, relation, newname } = node.RenameStmt
  const space = spaceOfObjectType[renameType ?? '']
  const before = readRelation(relation) ?? objectName(object)
  if (!before) return
  references.push({ space: space ?? 'relation', ...before })
  if (space && newname !== undefined) defines.push({ space, ...before, name: newname })
}

/** The object of COMMENT, GRANT, SECURITY LABEL and OWNER TO, whose form depends on its type. */
function readObject(type: string | undefined, object: Node | undefined, references: Name[]): void {
  if (!type || !object) return
  if (memberTypes.has(type)) {
    const path = 'List' in object ? (object.List.items ?? []) : []
    const owner = readName(path.slice(0, -1))
    if (owner) references.push({ space: 'relation', ...owner })
    const member = memberOf(owner, readString(path.at(-1)))
    const space = memberSpaces[type]
    if (member && space) references.push({ space, ...member })
    return
  }
  const name = objectName(object)
  if (!name) return
  const space = spaceOfObjectType[type] ?? 'other'
  references.push(space === 'other' ? { space, name: name.name } : { space, ...name })
}

function objectName(object: Node | undefined): QualifiedName | undefined {
  if (!object) return undefined
  if ('String' in object) return asName(object.String.sval)
  if ('List' in object) return readName(object.List.items)
  if ('RangeVar' in object) return readRelation(object.RangeVar)
  if ('TypeName' in object) return readName(object.TypeName.names)
  if ('ObjectWithArgs' in object) return readName(object.ObjectWithArgs.objname)
  return undefined
}

/** Stands for the REVOKE on an object, which GRANTs in other files come after. */
export function revocationOf({ space, schema, name }: Name): Name {
  return { space: 'revoke', name: `${space} ${schema ?? ''}.${name}` }
}

function memberName(owner: QualifiedName, member: string): QualifiedName {
  return { ...owner, name: `${owner.name}.${member}` }
}

function memberOf(owner: QualifiedName | undefined, member: string | undefined): QualifiedName | undefined {
  return owner && member !== undefined ? memberName(owner, member) : undefined
}

// An index lives in the schema of its table.
function inSchemaOf(owner: QualifiedName | undefined, name: string): QualifiedName {
  return owner?.schema === undefined ? { name } : { schema: owner.schema, name }
}

function asName(name: string | undefined): QualifiedName | undefined {
  return name === undefined ? undefined : { name }
}
