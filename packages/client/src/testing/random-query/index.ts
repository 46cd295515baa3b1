import { Random } from '../random.js'
import { makeCondition } from './condition.js'
import { makeExpression } from './expression.js'
import { makeFrom } from './from.js'
import { makeAggregate, makeWindow } from './group.js'
import type { Maker } from './maker.js'
import { columns, sqlTypes, type Column, type Type } from './schema.js'
import { makeQuery, makeSelect } from './select.js'
import { makeWrite } from './write.js'

/** A statement with columns `c1 …`. */
export interface RandomStatement {
  /** `WITH …`, or nothing. */
  with: string
  body: string
  width: number
  parameters: readonly Type[]
}

/** One random statement with results: a query, or a writing statement with RETURNING. */
export function randomStatement(seed: number, major: number): RandomStatement {
  const maker = createMaker(new Random(seed), major)
  const { random } = maker
  const withs = Array.from({ length: random.chance(0.3) ? 1 + random.below(2) : 0 }, () => makeWith(maker))
  const isWrite = random.chance(0.2)
  const body = isWrite ? makeWrite(maker) : maker.query(3)
  return {
    // MERGE does not take the word where nothing is recursive.
    with:
      withs.length === 0
        ? ''
        : `WITH ${withs.some((each) => / FROM w\d w /.test(each)) ? 'RECURSIVE ' : ''}${withs.join(', ')}`,
    body: body.sql,
    width: body.columns.length,
    parameters: maker.parameters,
  }
}

function createMaker(random: Random, major: number): Maker {
  let aliases = 0
  const maker: Maker = {
    random,
    major,
    ctes: [],
    parameters: [],
    alias: () => `q${++aliases}`,
    parameter(type) {
      maker.parameters.push(type)
      // As generated modules have it: the driver sends text, and the server reads it.
      return `$${maker.parameters.length}${type === 'int' || type === 'text' ? '' : '::text'}::${sqlTypes[type]}`
    },
    query: (depth, outer = [], wanted) => makeQuery(maker, depth, outer, wanted),
    select: (depth, outer, wanted) => makeSelect(maker, depth, outer, wanted),
    from: (depth, outer, insideJoin) => makeFrom(maker, depth, outer, insideJoin),
    condition: (scope, depth) => makeCondition(maker, scope, depth),
    expression: (type, scope, depth) => makeExpression(maker, type, scope, depth),
    aggregate: (type, own) => makeAggregate(maker, type, own),
    window: (type, own) => makeWindow(maker, type, own),
  }
  return maker
}

/** A CTE: plain, writing, or recursive. */
function makeWith(maker: Maker): string {
  const { random } = maker
  const name = `w${maker.ctes.length + 1}`
  const add = (list: Column[], sql: string): string => {
    maker.ctes.push({ name, columns: list })
    return `${name}(${list.map((column) => column.name).join(', ')}) AS ${sql}`
  }
  const kind = random.next()
  if (kind < 0.3) return makeRecursive(maker, name)
  if (kind < 0.55) {
    const write = makeWrite(maker)
    return add(write.columns, `(${write.sql})`)
  }
  const inner = maker.query(2)
  return add(inner.columns, `${random.pick(['', 'MATERIALIZED ', 'NOT MATERIALIZED '])}(${inner.sql})`)
}

function makeRecursive(maker: Maker, name: string): string {
  const { random } = maker
  const first = maker.select(1, [], ['int', 'text'])
  const key = random.pick(['a.i', 'w.k', 'a.n', 'w.k + 1'])
  const value = random.pick(['a.t', 'w.v', "coalesce(a.t, 'z')", 'a.s', 'w.v || a.s'])
  const join = random.pick(['JOIN', 'JOIN', 'LEFT JOIN'])
  const union = random.pick(['UNION ALL', 'UNION'])
  const cycle = random.chance(0.2) ? ' CYCLE k SET looped USING way' : ''
  const search = random.chance(0.2) ? ' SEARCH DEPTH FIRST BY k SET place' : ''
  maker.ctes.push({ name, columns: columns('k:int v:text depth:int') })
  return `${name}(k, v, depth) AS (SELECT q.*, 1 FROM (${first.sql} LIMIT 3) q ${union} SELECT ${key}, ${value}, depth + 1 FROM ${name} w ${join} a ON a.id = w.k + 1 WHERE depth < 3)${search}${cycle}`
}
