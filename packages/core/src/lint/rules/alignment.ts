import type { Change } from '../change.js'
import type { RuleFinding } from '../rule.js'
import type { SchemaView } from '../schema-view.js'

/** Bytes at whose multiples values of a type begin (pg_type.typalign), and how long they are; 0: it depends on the value. */
const layout: Readonly<Record<string, readonly [align: number, length: number]>> = {
  bool: [1, 1],
  char: [1, 1],
  int2: [2, 2],
  int4: [4, 4],
  serial: [4, 4],
  float4: [4, 4],
  date: [4, 4],
  oid: [4, 4],
  int8: [8, 8],
  bigserial: [8, 8],
  float8: [8, 8],
  timestamp: [8, 8],
  timestamptz: [8, 8],
  time: [8, 8],
  money: [8, 8],
  interval: [8, 16],
  uuid: [1, 16],
}

/** PG110: each row of a new table has holes that another order of the columns would not have. */
export function alignmentFindings(
  { columns, table, partitionOf }: Extract<Change, { kind: 'create table' }>,
  schema: SchemaView,
): RuleFinding[] {
  if (partitionOf) return []
  const sizes = columns.map(({ type }) => (type.array ? undefined : layout[type.name]) ?? ([1, 0] as const))
  const wasted = padding(sizes)
  const best = padding([...sizes].sort(([a, length], [b, other]) => Number(other > 0) - Number(length > 0) || b - a))
  if (wasted - best < 8) return []
  const order = columns
    .map((column, index) => ({ column, size: sizes[index] ?? ([1, 0] as const) }))
    .sort(({ size: a }, { size: b }) => Number(b[1] > 0) - Number(a[1] > 0) || b[0] - a[0])
    .map(({ column }) => column.name)
  return [
    {
      code: 'PG110',
      message: `Each row of ${schema.nameOf(table)} has ${wasted - best} bytes of holes between its columns.`,
      fix: `This order has none: ${order.join(', ')}.`,
    },
  ]
}

function padding(sizes: readonly (readonly [align: number, length: number])[]): number {
  let offset = 0
  let holes = 0
  for (const [align, length] of sizes) {
    const hole = (align - (offset % align)) % align
    holes += hole
    offset += hole + length
  }
  return holes
}
