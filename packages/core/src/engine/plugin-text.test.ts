import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import type { EngineState } from './engine.js'
import { createTestProject, type TestProject } from './testing/project.js'

const server = inject('servers')['18']
const isReady = ({ status }: EngineState): boolean => status === 'ready'
const isRed = ({ status }: EngineState): boolean => status === 'error'

/** Makes a table of each line `name: column type, …` of a file that the user edits, and knows where each came from. */
const generator = (isMapped: boolean) => `
import { readFileSync } from 'node:fs'
export const models = {
  name: 'house:models',
  sources({ root, watch }) {
    watch('models.txt')
    const file = root + '/models.txt'
    const parts = []
    let sql = ''
    for (const [index, line] of readFileSync(file, 'utf8').split('\\n').entries()) {
      const [, name, columns] = /^(\\w+): (.+)$/.exec(line) ?? []
      if (!name) continue
      const head = 'create table ' + name + ' ('
      parts.push({ from: sql.length + head.length, line: index + 1, column: name.length + 3 })
      sql += head + columns + ');\\n'
    }
    return {
      id: 'models',
      sql,
      ${
        isMapped
          ? `originalLocation: (offset) => {
        const part = parts.findLast(({ from }) => from <= offset)
        return part && { file, line: part.line, column: part.column + offset - part.from }
      },`
          : ''
      }
    }
  },
}
`

describe.skipIf(server === undefined)('schema text that a plugin generates [needs native]', () => {
  let project: TestProject
  beforeEach(async () => {
    project = await createTestProject({
      files: {
        'models.txt': '# the models\nnote: id integer\n',
        'models.mjs': generator(true),
        'schema/post.sql': 'create trigger touch before update on note for each row execute function touch();\n',
        'schema/pre.sql': "create function touch() returns trigger language plpgsql as 'begin return new; end';\n",
      },
      server,
      config: `schema: { pre: 'schema/pre.sql', schema: 'schema/*.sql', post: 'schema/post.sql' },`,
    })
    project.write(
      'savepoint.config.mjs',
      `import { models } from './models.mjs'\n${project.read('savepoint.config.mjs').replace('{ ', '{ plugins: [models], ')}`,
    )
    await project.engine.start()
  })
  afterEach(() => project.close())

  it('is the schema as any other: post files use its tables, an edit of what it is made from is a save', async () => {
    expect(project.engine.state).toMatchObject({ status: 'ready', diagnostics: [] })
    expect(await project.query("select tgname from pg_trigger where tgrelid = 'note'::regclass")).toEqual([
      { tgname: 'touch' },
    ])
    await project.after(
      () => project.write('models.txt', '# the models\nnote: id integer, body text\ntag: name text\n'),
      ({ status, report }) => status === 'ready' && (report?.applied.length ?? 0) > 1,
    )
    expect(await project.query('select body, name from note, tag')).toEqual([])
  })

  it('has its mistakes where the user made them, when the plugin can tell', async () => {
    const { diagnostics } = await project.after(
      () => project.write('models.txt', '# the models\nnote: id integer\ntag: id integer, name txt\n'),
      isRed,
    )
    expect(diagnostics).toMatchObject([
      {
        code: 'SP1002',
        location: { file: project.path('models.txt'), line: 3, column: 23 },
        frame: expect.stringContaining('tag: id integer, name txt'),
      },
    ])
    await project.after(() => project.write('models.txt', 'note: id integer\n'), isReady)
  })

  it('has them in the generated text otherwise, which is shown, with the plugin’s name', async () => {
    project.write('models.txt', 'note: id integer\ntag: id integer, name txt\n')
    const { diagnostics } = await project.after(
      () => project.write('models.mjs', generator(false)),
      ({ status, diagnostics: said }) => status === 'error' && said.some(({ plugin }) => plugin !== undefined),
    )
    expect(diagnostics).toMatchObject([
      {
        code: 'SP1002',
        plugin: 'house:models',
        location: { file: 'plugin:house:models/models', line: 2 },
        frame: expect.stringContaining('create table tag (id integer, name txt);'),
      },
    ])
  })

  it('a mistake of a post file about it is at its line', async () => {
    const { diagnostics } = await project.after(
      () =>
        project.write(
          'schema/post.sql',
          '\ncreate trigger touch before update on notes for each row execute function touch();\n',
        ),
      isRed,
    )
    expect(diagnostics).toMatchObject([{ location: { file: project.path('schema/post.sql'), line: 2 } }])
  })
})
