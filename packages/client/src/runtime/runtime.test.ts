import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { camelCaseKeys } from './camel-case.js'
import { assemble } from './dynamic.js'

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const alias = {
  '@savepoint/client/runtime': source('index.ts'),
  '@savepoint/client/parts': source('parts.ts'),
  '@savepoint/client/codecs': source('../codecs/index.ts'),
}

async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: source('.'), loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    alias,
  })
  return outputFiles[0]?.text ?? ''
}

describe('the bundle', () => {
  it('of the whole run time is less than 1 kB', async () => {
    expect((await bundle(`export * from '@savepoint/client/runtime'`)).length).toBeLessThan(1000)
  })

  it('has nothing of queries that nobody calls, nor of their codecs', async () => {
    const module = `
import { many, one, type Database, type Query } from '@savepoint/client/runtime'
import { nested } from '@savepoint/client/parts'
import { array, composite, number, text } from '@savepoint/client/codecs'
const used$query: Query = { text: 'SELECT used', columns: [['a', number]] }
export function used(db: Database) { return many(db, used$query) }
const unused$query: Query = { text: 'SELECT unused', columns: [['a', /*#__PURE__*/ array(/*#__PURE__*/ composite([['x', text]]))]], read: /*#__PURE__*/ nested([['p']]) }
export function unused(db: Database) { return one(db, unused$query) }`
    const { outputFiles } = await build({
      stdin: {
        contents: `import { used } from './module.ts'; console.log(used)`,
        resolveDir: source('.'),
        loader: 'ts',
      },
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
      alias,
      plugins: [
        {
          name: 'module',
          setup({ onResolve, onLoad }) {
            onResolve({ filter: /module\.ts$/ }, ({ path }) => ({ path, namespace: 'module' }))
            onLoad({ filter: /.*/, namespace: 'module' }, () => ({
              contents: module,
              loader: 'ts',
              resolveDir: source('.'),
            }))
          },
        },
      ],
    })
    const bundled = outputFiles[0]?.text ?? ''
    expect(bundled).toContain('SELECT used')
    expect(bundled).not.toContain('SELECT unused')
    expect(bundled).not.toContain('Object.fromEntries(t.map')
    expect(bundled.length).toBeLessThan(1000)
  })
})

describe('a query with optional parts', () => {
  const query = {
    pieces: [
      'SELECT 1 WHERE true',
      { when: 0, pieces: ['AND a =', 0] },
      { when: 1, pieces: ['AND b'] },
      { choose: 2, texts: { newest: 'ORDER BY c DESC' }, otherwise: 'ORDER BY c' },
      'LIMIT',
      3,
    ],
  }

  it('numbers the values that are there', () => {
    expect(assemble(query, ['x', true, 'newest', 5])).toEqual([
      { text: 'SELECT 1 WHERE true AND a = $1 AND b ORDER BY c DESC LIMIT $2' },
      ['x', 5],
    ])
    expect(assemble(query, [undefined, undefined, undefined, 5])).toEqual([
      { text: 'SELECT 1 WHERE true   ORDER BY c LIMIT $1' },
      [5],
    ])
  })

  it('takes null and false for values, and nothing that is not on the list', () => {
    expect(assemble(query, [false, undefined, undefined, 5])[1]).toEqual([false, 5])
    expect(assemble(query, [null, undefined, 'toString', 5])).toEqual([
      { text: 'SELECT 1 WHERE true AND a = $1  ORDER BY c LIMIT $2' },
      [null, 5],
    ])
  })
})

it('rows of drivers get the names of the types', () => {
  expect(camelCaseKeys({ id: 1, created_at: 2, 'Weird name': 3 })).toEqual({ id: 1, createdAt: 2, weirdName: 3 })
})
