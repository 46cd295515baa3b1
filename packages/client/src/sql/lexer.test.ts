import { describe, expect, it } from 'vitest'
import { lineColumn, minifySql, splitStatements, tokens } from './lexer.js'

const read = (text: string): string[] =>
  tokens(text)
    .filter((token) => token.kind !== 'space')
    .map((token) => `${token.kind} ${text.slice(token.start, token.end)}`)

describe('tokens', () => {
  it.each([
    [
      `'it''s' E'a\\'b' $$;'$$ $tag$ $$ $tag$`,
      [`string 'it''s'`, `string E'a\\'b'`, `string $$;'$$`, 'string $tag$ $$ $tag$'],
    ],
    [`"a""b" U&"x" U&'y'`, ['quoted "a""b"', 'quoted U&"x"', `string U&'y'`]],
    ['a -- b;\n/* c /* d */ e */ f', ['word a', 'comment -- b;', 'comment /* c /* d */ e */', 'word f']],
    [
      '$1 a$1 1.5e3 .5 1..2',
      ['parameter $1', 'word a$1', 'number 1.5e3', 'number .5', 'number 1', 'punctuation ..', 'number 2'],
    ],
    [
      'a<=-1 b->>c @x a@>b',
      [
        'word a',
        'operator <=',
        'operator -',
        'number 1',
        'word b',
        'operator ->>',
        'word c',
        'operator @',
        'word x',
        'word a',
        'operator @>',
        'word b',
      ],
    ],
    [
      'a::int[] b:=1',
      [
        'word a',
        'punctuation ::',
        'word int',
        'punctuation [',
        'punctuation ]',
        'word b',
        'punctuation :=',
        'number 1',
      ],
    ],
    ['straße 💾', ['word straße', 'word 💾']],
    ['a+--b', ['word a', 'operator +', 'comment --b']],
    [`'unfinished`, [`string 'unfinished`]],
  ])('of %s', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })
})

it('statements are split at semicolons that are nothing else', () => {
  const text = `select ';'; -- ;\nselect $$;$$;;\n  `
  expect(splitStatements(text).map((piece) => piece.text)).toEqual([`select ';'`, ` -- ;\nselect $$;$$`])
})

describe('short SQL', () => {
  it.each([
    ['select  a, -- the key\n  b\nfrom t where c = 1', 'select a,b from t where c = 1'],
    [`select 'a'\n  'b'`, `select 'a'\n'b'`],
    ['select /*+ IndexScan(t) */ a /* gone */ from t', 'select /*+ IndexScan(t) */ a from t'],
    ['select 1 .5', 'select 1 .5'],
    [`select '  --  ', $$ /* */ $$`, `select '  --  ',$$ /* */ $$`],
    ['select a :: int', 'select a::int'],
  ])('of %s', (text, expected) => {
    expect(minifySql(text)).toBe(expected)
  })
})

it('places count from 1, whatever the line ends', () => {
  expect([0, 3, 5, 8].map((offset) => lineColumn('ab\r\ncd\nef', offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 4 },
    { line: 2, column: 2 },
    { line: 3, column: 2 },
  ])
})
