import { expect, it } from 'vitest'
import { scanStatements } from './sql-scanner.js'

const words = (sql: string): string[] => scanStatements(sql).map((tokens) => tokens.map(({ value }) => value).join(' '))

it('splits where Postgres does, whatever stands in strings, comments and dollar quotes', () => {
  expect(
    words(`
    SELECT 'a;''b' -- no; end
    , E'it\\'s; one', "a;""b" /* ; /* nested; */ ; */;
    DO $$ BEGIN; END $$; DO $x$ $$;$$ $x$;;
    SELECT $1, 1.5e3, U&'\\0041', B'01'`),
  ).toMatchInlineSnapshot(`
    [
      "select a;'b , it\\'s; one , a;"b",
      "do  BEGIN; END ",
      "do  $$;$$ ",
      "select $1 , 1.5e3 , \\0041 , 01",
    ]
  `)
})

it('keeps what is not closed to the end of the text', () => {
  expect(words("SELECT 'open; 1")).toHaveLength(1)
  expect(words('SELECT $$ open; 1')).toHaveLength(1)
  expect(words('SELECT 1 /* open; 2')).toEqual(['select 1'])
})

it('tells an identifier from a word, in any alphabet', () => {
  expect(scanStatements('LISTEN "Über;"')[0]?.[1]).toMatchObject({ kind: 'quoted', value: 'Über;' })
  expect(scanStatements('LISTEN über$1')[0]?.[1]).toMatchObject({ kind: 'word', value: 'über$1' })
})
