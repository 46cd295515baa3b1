import { expect, it } from 'vitest'
import { commands } from './commands.js'
import { type } from './testing/terminal.js'

const cwd = '/'

it('lists every command', async () => {
  const { exitCode, stdout, stderr } = await type('--help', { cwd })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  for (const { name } of commands) expect(stdout).toContain(`  ${name} `)
})

it.each(commands.map(({ name }) => name))('explains %s', async (name) => {
  const { exitCode, stdout } = await type(`${name} --help`, { cwd })
  expect(exitCode).toBe(0)
  expect(stdout).toContain(`Usage: savepoint ${name}`)
  expect(stdout).toContain('--help')
})

it('says its version', async () => {
  expect((await type('--version', { cwd })).stdout).toMatch(/^savepoint\/\d+\.\d+\.\d+ node-v/)
})

it('leaves with 2 and says what is allowed when the command line is wrong', async () => {
  expect(await type('', { cwd })).toMatchObject({ exitCode: 2 })
  expect(await type('inti', { cwd })).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('savepoint has no command "inti". Did you mean "init"?'),
  })
  expect(await type('init --forse', { cwd })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('savepoint init has no option --forse.\nIt takes: --help, --debug'),
  })
  expect(await type('init here', { cwd })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('savepoint init has no use for "here": it takes no arguments'),
  })
})
