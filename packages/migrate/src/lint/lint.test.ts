import { describe, expect, it } from 'vitest'
import { readDirectory } from '../directory/directory.js'
import { lintDirectory } from './lint.js'

const lint = (files: Record<string, string>, format: string): string[] =>
  lintDirectory(readDirectory({ files }, { format })).map(
    ({ code, line, message }) => `${code}${line === undefined ? '' : ` line ${line}`} ${message}`,
  )

describe('lint', () => {
  it('says what Atlas drops from a goose file', () => {
    const text =
      '-- +goose Up\nCREATE TABLE timers (\n  id int,\n  "coolDown" int\n);\n-- +goose Down\nDROP TABLE timers;\n'
    expect(lint({ '00001_a.sql': text }, 'goose')).toEqual([
      'SP4025 line 4 00001_a.sql:4: Atlas drops this line when it reads the goose file: "coolDown" int',
    ])
  })

  it('sees a body that goose would cut, and an empty block', () => {
    const body = 'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 1;\nEND;\n$$;\n'
    expect(lint({ '00001_a.sql': `-- +goose Up\n${body}` }, 'goose')).toEqual([
      'SP4025 line 2 00001_a.sql: goose cuts a statement at an inner line that ends in ";"',
    ])
    const empty = '-- +goose Up\n-- +goose StatementBegin\n-- +goose StatementEnd\nSELECT 1;\n'
    expect(lint({ '00001_a.sql': empty }, 'goose')).toContain(
      'SP4025 line 3 00001_a.sql:3: an empty statement block makes goose swallow the next line',
    )
  })

  it('says what Atlas drops from a dbmate file', () => {
    const text = '-- migrate:up transaction:false\nCREATE TABLE downloads (id int);\n-- migrate:down\n'
    expect(lint({ '1_a.sql': text }, 'dbmate')).toEqual([
      'SP4025 line 1 1_a.sql:1: Atlas does not know this marker and reads the file as empty',
      'SP4025 line 2 1_a.sql:2: Atlas drops this line when it reads the dbmate file: CREATE TABLE downloads (id int);',
    ])
  })

  it('names files that a tool passes over, and pairs that lack a side', () => {
    expect(lint({ '01_users.sql': '', '2_a.up.sql': 'SELECT 1;', '3_b.down.sql': '' }, 'golang-migrate')).toEqual([
      'SP4025 01_users.sql: golang-migrate passes over it: the name is not <number>_<name>.up.sql',
      'SP4025 3_b.down.sql: has no .up.sql beside it',
      'SP4025 2_a.up.sql has no .down.sql beside it',
    ])
    expect(lint({ 'notes.sql': '', '1_a.sql': '-- +goose Up\n' }, 'goose')).toEqual([
      'SP4015 notes.sql: has no version: a number above zero before the first "_"',
    ])
  })

  it('warns where the tools’ orders differ', () => {
    expect(lint({ '10_b.sql': 'SELECT 1;\n', '1_a.sql': 'SELECT 1;\n', '2_c.sql': 'SELECT 1;\n' }, 'atlas')).toEqual([
      'SP4025 by number 1_a.sql comes before 10_b.sql, by name after it: goose and golang-migrate take the first order, Atlas and dbmate the second',
    ])
  })

  it('sees line ends, marks and comments that change the meaning', () => {
    expect(lint({ '1_a.sql': '-- atlas:txmode none\r\n\r\nSELECT 1;\r\n' }, 'atlas')).toEqual([
      'SP4025 line 1 1_a.sql has CRLF line ends: Atlas does not see its directives',
    ])
    expect(lint({ '1_a.sql': '\uFEFFSELECT 1;\n' }, 'atlas')).toEqual([
      'SP4025 line 1 1_a.sql begins with a byte-order mark, which Postgres refuses',
    ])
    expect(lint({ '1_a.sql': 'SELECT 1;\n-- done' }, 'atlas')).toEqual([
      'SP4025 line 2 1_a.sql: Atlas takes a last comment without a line end for a statement',
    ])
  })

  it('wants statements outside a transaction to say so, and none that open one inside', () => {
    const index = 'CREATE INDEX CONCURRENTLY i ON t (id);\n'
    expect(lint({ '1_a.sql': `SELECT 1;\n${index}` }, 'atlas')).toEqual([
      'SP4025 line 2 1_a.sql:2: statement 2 cannot run in a transaction, and the file does not say so',
    ])
    expect(lint({ '1_a.sql': `-- atlas:txmode none\n\n${index}` }, 'atlas')).toEqual([])
    expect(lint({ '1_a.up.sql': index, '1_a.down.sql': '' }, 'golang-migrate')).toEqual([])
    expect(lint({ '1_a.sql': 'BEGIN;\nSELECT 1;\nCOMMIT;\n' }, 'atlas')).toHaveLength(2)
  })

  it('knows what Flyway refuses, and where it waits for itself', () => {
    const index = 'CREATE INDEX CONCURRENTLY i ON t (id);\n'
    expect(lint({ 'V1__a.sql': index }, 'flyway')).toEqual([
      'SP4025 line 1 V1__a.sql:1: Flyway waits here for its own lock, for ever',
    ])
    expect(lint({ 'V1__a.sql': `SELECT 1;\nVACUUM;\n` }, 'flyway')).toEqual([
      'SP4025 line 1 V1__a.sql has statements that cannot run in a transaction beside others that can: Flyway refuses it',
    ])
    expect(lint({ 'V1__a.sql': 'BEGIN;\nSELECT 1;\nCOMMIT;\n' }, 'flyway')).toEqual([])
  })

  it.each([
    ['-- atlas:txmode all\n\nSELECT 1;\n', 'txmode "all" is not allowed in a file. Use "file" instead'],
    ['-- atlas:txmode none\n-- atlas:txmode file\n\nSELECT 1;\n', 'multiple txmode values found: [none file]'],
    ['-- atlas:txmode some\n\nSELECT 1;\n', 'unknown txmode "some" found in file directive'],
    ["SELECT E'it\\'s';\n", "1:15: unclosed quote '\\''"],
  ])('refuses %j', (text, message) => {
    const found = lint({ '1_a.sql': text }, 'atlas')
    expect(found.join('\n')).toContain(`1_a.sql: ${message}`)
    expect(found.join('\n')).toContain('SP4015')
  })
})
