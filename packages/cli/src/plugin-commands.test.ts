import { describe, expect, it } from 'vitest'
import { serverUrl } from '../../../test/support/database.js'
import { useFolder } from './testing/folder.js'

const folder = useFolder()
const { write, typeHere: run } = folder

/** A project whose one plugin has these commands. */
function configure(commands: string, settings = ''): void {
  write(
    'savepoint.config.mjs',
    `export default { ${settings} plugins: [{ name: 'house:greet', commands: [${commands}] }] }\n`,
  )
}
const greet = `{
  name: 'greet', description: 'Say hello', arguments: '<name>',
  options: { loud: { kind: 'flag', description: 'In capitals', short: 'l' }, times: { kind: 'text', description: 'How often' } },
  run({ args, options, print, say }) {
    const text = 'hello ' + args[0]
    say('greeting')
    print(options.loud ? text.toUpperCase() : text)
    return Number(options.times ?? 0)
  },
}`

describe('a command of a plugin', () => {
  it('is given its arguments and options, and decides the exit code', async () => {
    configure(greet)
    expect(await run('greet ada --loud')).toEqual({ exitCode: 0, stdout: 'HELLO ADA\n', stderr: 'greeting\n' })
    expect(await run('greet ada --times 3')).toMatchObject({ exitCode: 3, stdout: 'hello ada\n' })
  })

  it('has a help like every other', async () => {
    configure(greet)
    const { exitCode, stdout } = await run('greet --help')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('savepoint greet: Say hello (house:greet)')
    expect(stdout).toContain('-l, --loud')
    expect(stdout).toContain('--env <name>')
  })

  it('stands in the overview, under its first word too; a config that does not load hides no other command', async () => {
    configure(`${greet}, { name: 'house list', description: 'List the houses', run() {} }`)
    const overview = await run('--help')
    expect(overview).toMatchObject({ exitCode: 0, stderr: '' })
    expect(overview.stdout).toMatch(/greet +Say hello \(house:greet\)\n +house list +List the houses \(house:greet\)\n/)
    expect((await run('house --help')).stdout).toMatch(/Commands:\n +house list +List the houses/)
    configure('nonsense(')
    expect(await run('--help')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('migrate diff'),
      stderr: expect.stringContaining('Commands of plugins are not listed: '),
    })
  })

  it('refuses what it does not take', async () => {
    configure(greet)
    expect(await run('greet')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('needs <name>') })
    expect(await run('greet ada --laud')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Did you mean --loud?'),
    })
  })

  it.each([
    ['throws', `throw new Error('boom')`, 'the plugin house:greet failed in the command bad thing: boom'],
    ['rejects', `return Promise.reject(new Error('boom'))`, 'failed in the command bad thing: boom'],
    ['returns nonsense', `return 'yes'`, 'it returned yes, which is no exit code'],
  ])('that %s is named', async (_what, body, message) => {
    configure(`{ name: 'bad thing', description: '', run() { ${body} } }`)
    const { exitCode, stderr } = await run('bad thing')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('SP5004')
    expect(stderr).toContain(message)
  })

  it.each([
    ['migrate', 'Savepoint has that itself'],
    ['schema diff', 'Savepoint has that itself'],
    ['three words here', 'that is no name'],
  ])('cannot be called %s, and another command says so too', async (name, problem) => {
    configure(`{ name: '${name}', description: '', run: () => 0 }`)
    const { exitCode, stderr } = await run('generate')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('SP5006')
    expect(stderr).toContain(problem)
  })

  it('cannot have the name of another plugin’s', async () => {
    configure(`${greet}, ${greet}`)
    expect((await run('greet ada')).stderr).toContain('the plugin house:greet has it too')
  })

  it('leaves an unknown command unknown', async () => {
    configure(greet)
    expect(await run('gret')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no command "gret"') })
  })
})

describe.skipIf(!serverUrl('18'))('a command of a plugin that connects [needs native]', () => {
  it('is given the database that commands act on', async () => {
    configure(
      `{ name: 'which', description: '', async run({ connect, print }) { const { rows } = await (await connect()).query('SELECT 6 * 7 AS answer'); print(String(rows[0].answer)) } }`,
      `database: '${serverUrl('18')}',`,
    )
    expect(await run('which')).toMatchObject({ exitCode: 0, stdout: '42\n' })
  })
})
