import type { SaveReport } from '@savepoint/core'
import { expect, it } from 'vitest'
import { createTerminalHost } from './host.js'
import { redactPasswords } from './redact.js'
import type { Talk } from './talk.js'

const same = (text: string): string => text
const style = { error: same, warning: same, success: same, dim: same, bold: same }

function createHost() {
  const lines: string[] = []
  const say = (line: string): void => void lines.push(line)
  const talk: Talk = {
    say,
    success: say,
    warn: say,
    fail: say,
    debug: () => {},
    progress: () => ({ update() {}, hide() {}, stop() {} }),
    quiet() {},
    during: (_title, work) => work(),
    style,
  }
  return { lines, host: createTerminalHost({ talk, root: '/app', now: () => new Date(2026, 0, 2, 10, 21, 3) }) }
}

const report: SaveReport = {
  changed: ['schema/users.sql'],
  applied: ['ALTER TABLE public.users ADD COLUMN email text'],
  pending: [],
  draft: 'migrations/.draft/0004_add_email.sql',
  written: ['src/db/public.ts'],
  warnings: [],
  proved: true,
  milliseconds: 38.2,
  stages: {},
}

it('says each save in one line', () => {
  const { host, lines } = createHost()
  host.saved(report)
  host.saved({ ...report, changed: ['a.sql', 'b.sql', 'c.sql', 'd.sql'], applied: [], written: [], proved: false })
  expect(lines).toMatchInlineSnapshot(`
    [
      "10:21:03 [savepoint] schema/users.sql  → migrations/.draft/0004_add_email.sql  1 statement applied  1 file written  38 ms",
      "10:21:03 [savepoint] a.sql, b.sql, c.sql and 1 more  → migrations/.draft/0004_add_email.sql  nothing to apply  not proved  38 ms",
    ]
  `)
})

it('shows what waits, and how to accept it', () => {
  const { host, lines } = createHost()
  host.saved({
    ...report,
    pending: [
      {
        id: 'drop column public.users.nickname',
        sql: 'ALTER TABLE public.users DROP COLUMN nickname',
        rows: 12,
        message: 'dropping column public.users.nickname would lose 12 values',
      },
    ],
  })
  expect(lines.slice(1)).toMatchInlineSnapshot(`
    [
      "  waits dropping column public.users.nickname would lose 12 values
        ALTER TABLE public.users DROP COLUMN nickname
        a accepts, or: savepoint accept "drop column public.users.nickname"",
    ]
  `)
})

it('says when a mistake is mended, and only then', () => {
  const { host, lines } = createHost()
  host.clearDiagnostics()
  expect(lines).toEqual([])
  host.showDiagnostics([{ code: 'SP1001', severity: 'error', message: 'syntax error at or near "intt"' }])
  host.clearDiagnostics()
  expect(lines).toEqual(['error SP1001: syntax error at or near "intt"', '10:21:03 [savepoint] mended'])
})

it('takes passwords out of whatever is said', () => {
  expect(redactPasswords('cannot reach postgres://app:s3cret@db:5432/app, retrying')).toBe(
    'cannot reach postgres://app:***@db:5432/app, retrying',
  )
  expect(redactPasswords('postgres://app:p@ss:w@db/app')).toBe('postgres://app:***@db/app')
  expect(redactPasswords('host=db password=s3cret user=app')).toBe('host=db password=*** user=app')
  expect(redactPasswords('postgres://app@db/app?password=s3cret&sslmode=disable')).toBe(
    'postgres://app@db/app?password=***&sslmode=disable',
  )
})
