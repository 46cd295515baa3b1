import { describe, expect, it } from 'vitest'
import { DiagnosticError } from '../diagnostics/index.js'
import { parseDatabaseSetting, redactUrl } from './setting.js'

const parse = (text: string) => parseDatabaseSetting(text, { root: '/app', name: 'scratch' })

function refusal(text: string): string {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof DiagnosticError)
      return error.diagnostics.map(({ code, message, why }) => `${code} ${message}: ${why}`).join()
    throw error
  }
  return 'accepted'
}

it.each([
  ['pglite:', { kind: 'pglite', directory: '/app/.savepoint/pglite' }],
  ['pglite:data/dev', { kind: 'pglite', directory: '/app/data/dev' }],
  ['pglite:/var/dev', { kind: 'pglite', directory: '/var/dev' }],
  ['pglite:memory', { kind: 'pglite' }],
  ['native:', { kind: 'native', directory: '/app/.savepoint/native' }],
  ['native:./pg', { kind: 'native', directory: '/app/pg' }],
  ['postgres://me@localhost/app', { kind: 'postgres', url: 'postgres://me@localhost/app' }],
  ['postgresql:///app?host=/tmp', { kind: 'postgres', url: 'postgresql:///app?host=/tmp' }],
  ['docker://postgres/17/dev', { kind: 'docker', image: 'postgres', tag: '17', database: 'dev' }],
  ['docker://postgres/17', { kind: 'docker', image: 'postgres', tag: '17', database: 'postgres' }],
  ['docker://postgres/17/dev?search_path=x', { kind: 'docker', image: 'postgres', tag: '17', database: 'dev' }],
  ['docker://postgis/latest/dev', { kind: 'docker', image: 'postgis/postgis', tag: 'latest', database: 'dev' }],
  ['docker://pgvector/pgvector/pg17/dev', { kind: 'docker', image: 'pgvector/pgvector', tag: 'pg17', database: 'dev' }],
  ['docker://ghcr.io/me/pg/2/dev', { kind: 'docker', image: 'ghcr.io/me/pg', tag: '2', database: 'dev' }],
  ['docker+postgres://_/postgres:16/dev', { kind: 'docker', image: 'postgres', tag: '16', database: 'dev' }],
  ['docker+postgres://ghcr.io/me/pg:16/dev', { kind: 'docker', image: 'ghcr.io/me/pg', tag: '16', database: 'dev' }],
])('reads %s', (text, setting) => {
  expect(parse(text)).toEqual(setting)
})

describe('what names no database', () => {
  it('is refused with the reason', () => {
    expect([refusal('mydb'), refusal('postgre://x'), refusal('docker://mysql/8/dev'), refusal('docker://postgres')])
      .toMatchInlineSnapshot(`
      [
        "SP5002 scratch: "mydb" names no database: it does not begin with a scheme",
        "SP5002 scratch: "postgre://x" names no database: "postgre:" is not known; did you mean \`postgres:\`?",
        "SP5002 scratch: "docker://mysql/8/dev" names no database: mysql is not Postgres",
        "SP5002 scratch: "docker://postgres" names no database: it lacks an image or a tag",
      ]
    `)
  })

  it('is quoted without its password', () => {
    expect(refusal('postgres://me:p@ss:w/rd@host:99999/x')).not.toContain('ss:w')
  })
})

it('hides passwords wherever they stand in a connection string', () => {
  expect(redactUrl('postgres://me:s3cret@host/app')).toBe('postgres://me:***@host/app')
  expect(redactUrl('cannot reach postgres://me:a@b@host/app now')).toBe('cannot reach postgres://me:***@host/app now')
  expect(redactUrl('postgres://host/app?user=me&password=s3cret&x=1')).toBe(
    'postgres://host/app?user=me&password=***&x=1',
  )
  expect(redactUrl('postgres://me@host/app')).toBe('postgres://me@host/app')
})
