import { describe, expect, it } from 'vitest'
import { formatNames } from '../formats/index.js'
import { createFolder } from '../testing/project.js'
import { listStatements, readDirectory } from './directory.js'
import { writeMigration } from './write.js'

/** What cannot be found again by looking for a `;`. */
const awkward = [
  'CREATE TABLE a (id int) -- the last; word',
  'CREATE TABLE b (id int) /* no; end */',
  "CREATE TABLE c (\n  id int, -- first; one\n  n text DEFAULT 'a;b'\n)",
  'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 1; -- done;\nEND;\n$$',
  'CREATE FUNCTION g() RETURNS int BEGIN ATOMIC\n  SELECT 1;\n  SELECT 2;\nEND',
  "DO $do$ BEGIN PERFORM 'x -- y;'; END $do$",
  "COMMENT ON TABLE a IS 'it''s; -- here'",
  'CREATE FUNCTION h() RETURNS int LANGUAGE plpgsql AS $$\r\nBEGIN\r\n  RETURN 1;\r\nEND;\r\n$$',
  'CREATE RULE r AS ON INSERT TO a DO ALSO (SELECT 1; SELECT 2)',
]

describe.each(formatNames)('a migration that is written as %s', (format) => {
  it.each(awkward)('reads back as the one statement that it was: %s', (sql) => {
    const folder = createFolder({})
    writeMigration(readDirectory(folder, { format }), { name: 'x', up: [sql, 'SELECT 1'], down: [sql, 'SELECT 2'] })
    const directory = readDirectory(folder, { format })
    const [file] = directory.files
    if (!file) throw new Error('nothing was written')
    const read = (direction: 'up' | 'down'): string[] =>
      [...listStatements(directory, file, direction)].map(({ text }) => text.replace(/\s*;$/, ''))
    // goose itself reads lines without their carriage returns; no file of its can hold one.
    const held = format === 'goose' ? sql.replaceAll('\r\n', '\n') : sql
    expect(read('up')).toEqual([held, 'SELECT 1'])
    if (format !== 'atlas') expect(read('down')).toEqual([held, 'SELECT 2'])
  })
})
