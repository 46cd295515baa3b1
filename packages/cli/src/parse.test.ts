import { expect, it } from 'vitest'
import { defineCommand, flag, list, text } from './command.js'
import { parseArguments } from './parse.js'
import { UsageError } from './usage.js'

const command = defineCommand({
  arguments: '[name]',
  options: {
    from: list('state', 'where from'),
    'dev-url': text('url', 'scratch'),
    version: text('version', 'a version'),
    wait: { ...text('duration', 'wait for the server'), bare: '30s' },
    'dry-run': flag('only show'),
  },
  async run() {
    return 0
  },
})
const parse = (...argv: string[]) => parseArguments('migrate diff', command, argv)

it('gives every option a value of its kind', async () => {
  expect(await parse()).toEqual({
    args: [],
    options: {
      from: [],
      'dev-url': undefined,
      version: undefined,
      wait: undefined,
      'dry-run': false,
      help: false,
      debug: false,
    },
  })
  expect(
    await parse('add users', '--dry-run', '--from', 'a.sql', '--from=b.sql', '--dev-url', 'pglite:'),
  ).toMatchObject({
    args: ['add users'],
    options: { from: ['a.sql', 'b.sql'], 'dev-url': 'pglite:', 'dry-run': true },
  })
})

it('leaves versions and names that look like numbers as they were typed', async () => {
  expect(await parse('--version', '00012')).toMatchObject({ options: { version: '00012' } })
  expect(await parse('1e3', '--version=20240204000001')).toMatchObject({
    args: ['1e3'],
    options: { version: '20240204000001' },
  })
  expect(await parse('-1')).toMatchObject({ args: ['-1'] })
})

it('knows an option whose value may be left out', async () => {
  expect((await parse('--wait')).options['wait']).toBe('30s')
  expect((await parse('--wait=5s')).options['wait']).toBe('5s')
})

it('keeps signs of equality and empty values', async () => {
  expect((await parse('--dev-url=postgres://h/d?sslmode=disable')).options['dev-url']).toBe(
    'postgres://h/d?sslmode=disable',
  )
  expect((await parse('--dev-url', '')).options['dev-url']).toBe('')
})

it('takes what stands behind -- as arguments', async () => {
  expect((await parse('--', '--odd')).args).toEqual(['--odd'])
})

it.each([
  [['--form', 'x'], 'has no option --form. Did you mean --from?'],
  [['--dev-url'], '--dev-url needs a value: --dev-url <url>'],
  [['--dev-url', 'a', '--dev-url', 'b'], '--dev-url was given 2 times'],
  [['--dry-run=yes'], '--dry-run takes no value'],
  [['a', 'b'], 'has no use for "b": it takes [name]'],
  [['-x'], 'has no option -x'],
])('refuses %j', async (argv, message) => {
  const error = await parse(...argv).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UsageError)
  expect(error).toHaveProperty('message', expect.stringContaining(message))
})
