import { beforeEach, describe, expect, it } from 'vitest'
import { serverUrl } from '../../../../../test/support/database.js'
import { useDatabase } from '../../testing/database.js'
import { useFolder, type TestFolder } from '../../testing/folder.js'

const server = serverUrl('18')

interface Printed {
  steps: { sql: string }[]
  missing_decisions: { key: string; choices: string[] }[]
}

const folder = useFolder()
const { write, sqlFiles } = folder

const before = 'CREATE TABLE users (id int PRIMARY KEY, nickname text, age int);'
const after = 'CREATE TABLE users (id int PRIMARY KEY, alias text);'

describe.skipIf(!server)('a database with rows [needs native]', () => {
  const database = useDatabase(folder)
  const { typeHere } = database
  beforeEach(async () => {
    await database.query(`${before} INSERT INTO users VALUES (1, 'ann', NULL), (2, 'bob', NULL)`)
    write('schema.sql', after)
  })

  const apply = 'schema apply --url … --to schema.sql'
  const names = async (): Promise<unknown> => (await database.query('SELECT alias FROM users ORDER BY id')).rows

  it('has what only a person can decide listed with every possible answer', async () => {
    const { exitCode, stdout, stderr } = await typeHere('schema diff --from … --to schema.sql --json')
    expect(exitCode).toBe(3)
    expect((JSON.parse(stdout) as Printed).missing_decisions).toMatchInlineSnapshot(`
      [
        {
          "choices": [
            "rename to column public.users.alias",
            "drop",
            "keep",
          ],
          "from": "column public.users.nickname",
          "key": "drop column public.users.nickname",
          "kind": "rename or drop",
          "message": "dropping column public.users.nickname loses 2 values; it could be a rename to column public.users.alias",
          "rows": 2,
          "sql": "ALTER TABLE public.users DROP COLUMN nickname",
          "to": [
            "column public.users.alias",
          ],
        },
      ]
    `)
    expect(stderr).toContain('decisions are missing')
  })

  it('is changed by the answers of a file, and keeps its rows', async () => {
    const decisions = { 'drop column public.users.nickname': 'rename to column public.users.alias' }
    write('decisions.json', JSON.stringify({ decisions }))
    expect(await typeHere(`${apply} --decisions decisions.json --auto-approve`)).toMatchObject({ exitCode: 0 })
    expect(await names()).toEqual([{ alias: 'ann' }, { alias: 'bob' }])
  })

  it('takes the printed list back, with a choice in each', async () => {
    const { stdout } = await typeHere('schema diff --from … --to schema.sql --json')
    const { missing_decisions: missing } = JSON.parse(stdout) as Printed
    const answered = missing.map((decision) => ({ ...decision, choice: decision.choices[0] }))
    write('decisions.json', JSON.stringify({ missing_decisions: answered }))
    const again = await typeHere('schema diff --from … --to schema.sql --json --decisions decisions.json')
    expect(again.exitCode).toBe(0)
    expect((JSON.parse(again.stdout) as Printed).steps.map(({ sql }) => sql)).toEqual([
      'ALTER TABLE public.users RENAME COLUMN nickname TO alias',
      'ALTER TABLE public.users DROP COLUMN age',
    ])
  })

  it('keeps what shall be kept', async () => {
    write('decisions.json', '{ "decisions": { "drop column public.users.nickname": "keep" } }')
    expect(await typeHere(`${apply} --decisions decisions.json --auto-approve`)).toMatchObject({ exitCode: 0 })
    expect((await database.query('SELECT nickname, alias FROM users WHERE id = 1')).rows).toEqual([
      { nickname: 'ann', alias: null },
    ])
  })

  it('is never changed by a guess, whatever was approved', async () => {
    const { exitCode, stderr } = await typeHere(`${apply} --auto-approve`)
    expect(exitCode).toBe(3)
    expect(stderr).toContain('"drop column public.users.nickname"')
    expect((await database.query('SELECT count(nickname)::int AS n FROM users')).rows).toEqual([{ n: 2 }])
  })

  it('is asked about on a terminal, before the plan is shown', async () => {
    const choice = 'rename to column public.users.alias'
    const { exitCode, stderr } = await typeHere(apply, { answers: [choice, true] })
    expect(exitCode).toBe(0)
    expect(stderr).toContain('dropping column public.users.nickname loses 2 values')
    expect(await names()).toEqual([{ alias: 'ann' }, { alias: 'bob' }])
  })

  it('stays as it is when the person turns away', async () => {
    expect(await typeHere(apply, { answers: [] })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('nothing was changed'),
    })
  })

  it('needs no answer for what is empty, and none for a rename that the file says', async () => {
    await database.query('UPDATE users SET nickname = NULL')
    expect(await typeHere('schema diff --from … --to schema.sql --json')).toMatchObject({ exitCode: 0 })
    await database.query("UPDATE users SET nickname = 'x'")
    write('schema.sql', 'CREATE TABLE users (id int PRIMARY KEY,\n  -- @renamed from=nickname\n  alias text);')
    expect(await typeHere('schema diff --from … --to schema.sql --json')).toMatchObject({ exitCode: 0 })
  })

  it.each([
    ['{ "decisions": { "drop column public.users.nickname": "yes" } }', '"yes" is no answer'],
    ['{ "decisions": [{ "choice": "drop" }] }', 'an entry of the list has no key'],
    ['nonsense', 'is no file of decisions'],
    ['{}', 'there are no "decisions" in it'],
  ])('is not changed for the answers %s', async (text, message) => {
    write('decisions.json', text)
    const outcome = await typeHere(`${apply} --decisions decisions.json --auto-approve`)
    expect(outcome.exitCode).toBe(1)
    expect(outcome.stderr).toContain('SP3006')
    expect(outcome.stderr).toContain(message)
  })

  it('says which file of answers is missing', async () => {
    expect(await typeHere(`${apply} --decisions nowhere.json --auto-approve`)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('nowhere.json'),
    })
  })
})

describe.skipIf(!server)('migrations [needs native]', () => {
  const typeHere: TestFolder['typeHere'] = (line, options) => folder.typeHere(`${line} --dev-url ${server}`, options)
  beforeEach(async () => {
    write('schema.sql', before)
    write('savepoint.config.mjs', "export default { schema: 'schema.sql' }")
    await typeHere('migrate diff first')
    write(
      'schema.sql',
      "CREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE people (id int PRIMARY KEY, nickname text, age int);",
    )
  })

  it('are not written for a script as long as an answer is missing', async () => {
    const { exitCode, stdout } = await typeHere('migrate diff people --json')
    expect(exitCode).toBe(3)
    expect((JSON.parse(stdout) as Printed).missing_decisions).toMatchObject([
      {
        key: 'drop table public.users',
        choices: ['rename to table public.people', 'drop', 'keep'],
        rows: null,
      },
    ])
    expect(sqlFiles()).toHaveLength(1)
    write('answers.json', '{ "decisions": { "drop table public.users": "rename to table public.people" } }')
    expect(await typeHere('migrate diff people --decisions answers.json')).toMatchObject({ exitCode: 0 })
    expect(sqlFiles()).toHaveLength(2)
  })

  it('are written as drops where nobody asks, with a word about what could be a rename', async () => {
    const { exitCode, stderr } = await typeHere('migrate diff people')
    expect(exitCode).toBe(0)
    expect(stderr).toContain('it could be a rename to table public.people')
    expect(stderr).toContain('@renamed from=')
    expect(sqlFiles()).toHaveLength(2)
  })

  it('are written as a person on a terminal says', async () => {
    const { stdout } = await typeHere('migrate diff people --dry-run', { answers: ['rename to table public.people'] })
    expect(stdout).toContain('ALTER TABLE public.users RENAME TO people;')
  })
})
