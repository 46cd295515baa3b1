import { describe, expect, it } from 'vitest'
import { DiagnosticError } from '../diagnostics/index.js'
import { resolvePlugins } from './plugins.js'
import { resolveConfig } from './resolve.js'

const root = '/app'

/** The messages and fixes of what is wrong with a config. */
function problems(value: unknown, environment?: string): string[] {
  try {
    resolveConfig(value, { root, environment })
  } catch (error) {
    if (error instanceof DiagnosticError)
      return error.diagnostics.map(({ message, fix }) => (fix ? `${message} | ${fix}` : message))
    throw error
  }
  return []
}

describe('defaults', () => {
  it('fills in everything, with absolute paths', () => {
    expect(resolveConfig({}, { root })).toMatchInlineSnapshot(`
      {
        "allowRemote": false,
        "client": {
          "directory": "/app/src/db",
          "layout": "declaration",
          "prepare": false,
          "queries": [],
          "searchPath": ""$user", public",
          "types": {},
        },
        "configDependencies": [],
        "database": {
          "directory": "/app/.savepoint/pglite",
          "kind": "pglite",
        },
        "databaseUrlVariable": "DATABASE_URL",
        "exclude": [],
        "lint": {},
        "lockRetries": 3,
        "lockTimeout": 3000,
        "migrations": {
          "directory": "/app/migrations",
          "format": "atlas",
        },
        "plugins": [],
        "repeatable": [],
        "root": "/app",
        "schema": {
          "post": [],
          "pre": [],
          "schema": [
            "/app/schema/**/*.sql",
          ],
        },
        "seeds": [
          "/app/seeds/*.{sql,ts,js,mjs}",
        ],
        "stateDirectory": "/app/.savepoint",
        "strict": false,
      }
    `)
  })

  it('takes undefined for not written', () => {
    expect(resolveConfig({ lockTimeout: undefined, schema: undefined }, { root })).toEqual(resolveConfig({}, { root }))
  })

  it('cannot be changed afterwards, and changes nothing it was given', () => {
    const given = { exclude: ['vendor'], plugins: [] }
    const config = resolveConfig(given, { root })
    expect(Object.isFrozen(config) && Object.isFrozen(config.exclude)).toBe(true)
    expect(Object.isFrozen(given.exclude)).toBe(false)
  })
})

describe('schema', () => {
  const globs = (schema: unknown): unknown => resolveConfig({ schema }, { root }).schema

  it('takes a glob, a list, and phases', () => {
    expect(globs('db/*.sql')).toEqual({ pre: [], schema: ['/app/db/*.sql'], post: [] })
    expect(globs(['a.sql', '!b/**'])).toEqual({ pre: [], schema: ['/app/a.sql', '!/app/b/**'], post: [] })
    expect(globs({ pre: 'pre.sql', schema: ['./tables/*.sql'], post: 'post.sql' })).toEqual({
      pre: ['/app/pre.sql'],
      schema: ['/app/tables/*.sql'],
      post: ['/app/post.sql'],
    })
  })

  it('takes a folder for the schema files in it, also as Atlas writes it', () => {
    expect(globs('schemas')).toMatchObject({ schema: ['/app/schemas/**/*.sql'] })
    expect(globs('file://schemas/')).toMatchObject({ schema: ['/app/schemas/**/*.sql'] })
    expect(globs('file://schema.sql')).toMatchObject({ schema: ['/app/schema.sql'] })
  })

  it('does not read the letters of the root as a pattern', () => {
    expect(resolveConfig({ schema: '*.sql' }, { root: '/work (old)/[app]' }).schema.schema).toEqual([
      String.raw`/work \(old\)/\[app\]/*.sql`,
    ])
  })
})

describe('migrations and client', () => {
  it('take a directory, an object, or false for none', () => {
    expect(resolveConfig({ migrations: 'db', client: 'types' }, { root })).toMatchObject({
      migrations: { directory: '/app/db', format: 'atlas' },
      client: { directory: '/app/types' },
    })
    expect(resolveConfig({ migrations: { format: 'goose' } }, { root }).migrations).toEqual({
      directory: '/app/migrations',
      format: 'goose',
    })
    const none = resolveConfig({ migrations: false, client: false, databaseUrlVariable: false }, { root })
    expect([none.migrations, none.client, none.databaseUrlVariable]).toEqual([undefined, undefined, undefined])
  })

  it("read Atlas's directory URL with its format", () => {
    expect(resolveConfig({ migrations: 'file://db/migrations?format=goose' }, { root }).migrations).toEqual({
      directory: '/app/db/migrations',
      format: 'goose',
    })
    expect(problems({ migrations: 'file://m?format=goos' })[0]).toContain('there is no migration format "goos"')
  })
})

describe('environments', () => {
  const config = {
    database: 'pglite:',
    lockTimeout: 1000,
    environments: { prod: { url: 'postgres://app:secret@db.example.com/app', lockTimeout: 5000 }, staging: {} },
  }

  it('override what they name and leave the rest', () => {
    const resolved = resolveConfig(config, { root, environment: 'prod' })
    expect(resolved).toMatchObject({ environment: 'prod', lockTimeout: 5000, database: { kind: 'pglite' } })
    expect(resolved.url).toBe('postgres://app:secret@db.example.com/app')
    expect(resolveConfig(config, { root }).url).toBeUndefined()
  })

  it('do not fall back to the development database when their URL has no value', () => {
    const unset = { environments: { prod: { url: undefined } } }
    expect(problems(unset, 'prod')).toEqual([
      'environments.prod.url: there is no value | Set the environment variable that it comes from.',
    ])
    expect(problems(unset)).toEqual([])
  })

  it('are named when there is none of that name', () => {
    expect(problems(config, 'prd')).toEqual([
      'environments: there is no environment "prd" | Did you mean "prod"? The config has: prod, staging.',
    ])
  })
})

describe('wrong values', () => {
  it('are all named at once, with what is allowed', () => {
    expect(problems({ lockTimeout: '3s', strict: 1, exclude: 'vendor', migrations: { format: 'rails' }, schema: [1] }))
      .toMatchInlineSnapshot(`
      [
        "lockTimeout: expected milliseconds, 0 or more, got "3s"",
        "strict: expected true or false, got 1",
        "exclude: expected a list of schema names, got "vendor"",
        "migrations.format: expected one of 'atlas', 'goose', 'golang-migrate', 'dbmate', 'flyway', got "rails"",
        "schema: expected a glob, a list of globs, or { pre, schema, post, repeatable }, got a list with 1 in it",
      ]
    `)
  })

  it('name unknown settings with the nearest that exists', () => {
    expect(problems({ databse: 'pglite:' })).toMatchInlineSnapshot(`
      [
        "databse: there is no such setting | Did you mean \`database\`? Allowed here: schema, database, allowRemote, scratch, migrations, client, seeds, include, exclude, strict, lockTimeout, lockRetries, lint, databaseUrlVariable, plugins, environments.",
      ]
    `)
    expect(problems({ environments: { prod: { plugins: [] } } })[0]).toContain('environments.prod.plugins')
  })

  it('never repeat a connection string', () => {
    expect(problems({ exclude: 'postgres://app:secret@host/db' })).toEqual([
      'exclude: expected a list of schema names, got a URL',
    ])
  })

  it('say so when the file exports no object', () => {
    expect(problems(undefined)[0]).toContain('the config: expected an object')
    expect(problems(() => ({}))[0]).toContain('got a function')
  })
})

it('flattens plugins, drops what is falsy, and puts them in the order of `enforce`', () => {
  const plugin = (name: string, enforce?: 'pre' | 'post') => (enforce ? { name, enforce } : { name })
  const resolved = resolvePlugins([plugin('a', 'post'), [plugin('b'), [false, plugin('c', 'pre')]], null, plugin('d')])
  expect(resolved.map(({ name }) => name)).toEqual(['c', 'b', 'd', 'a'])
})
