import type { FormatName } from '@savepoint/migrate'

/** Numbers in [0, limit) from a seed, so that a failing round can be run again. */
export type Random = (limit: number) => number

/** How many random cases of each kind; `SAVEPOINT_ROUNDS` asks for more. */
export const rounds = Number(process.env.SAVEPOINT_ROUNDS ?? 100)

export function createRandom(seed: number): Random {
  let state = (seed * 2654435761) >>> 0
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

const pick = <T>(random: Random, items: readonly [T, ...T[]]): T => items[random(items.length)] ?? items[0]

const tokens: readonly [string, ...string[]] = [
  'SELECT 1',
  ';',
  ';\n',
  '\n',
  '\n\n',
  ' ',
  '-- note\n',
  '-- it is\n',
  '/* c */',
  '/* a;b */ ',
  "'q;'",
  "'it''s'",
  '"x;y"',
  '`b;`',
  '$$ a; b $$',
  '$f$ ; $f$',
  '$1',
  '$a$b$',
  '(',
  ')',
  '(1;2)',
  'BEGIN',
  'BEGIN;',
  'END;',
  'END',
  ' BEGIN ',
  '\nBEGIN\n',
  'begin atomic ',
  ' BEGIN ATOMIC\n',
  'xBEGIN ',
  'CASE WHEN 1 THEN 2 END',
  'é',
  '💾',
  'DELIMITER //\n',
  'delimiter ;\n',
  '//',
  '-',
  '/',
  '#x\n',
  'é$$;$$',
  "E'a\\'",
  '-- end',
  '\r\n',
  '\t',
  '\u00a0',
]

/** A text of the pieces that scanners stumble over. */
export function randomSql(random: Random): string {
  const head = pick(random, [
    '',
    '',
    '',
    '',
    '-- atlas:delimiter \\n\\n\n',
    '-- atlas:delimiter -- end\n',
    '-- atlas:txmode none\n\n',
  ])
  return head + Array.from({ length: random(14) }, () => pick(random, tokens)).join('')
}

const gooseLines: readonly [string, ...string[]] = [
  '-- +goose Up',
  '-- +goose Down',
  '-- +goose StatementBegin',
  '-- +goose StatementEnd',
  '-- +goose up',
  '-- +goose NO TRANSACTION',
  '--+goose Down',
  '-- +GOOSE Up',
  '-- +goose  Down ',
  ' -- +goose Down',
  'SELECT 1;',
  'SELECT 2',
  '  AND 3;',
  ';',
  '',
  ' ',
  '\t',
  '-- note',
  '  -- note;',
  'SELECT 4; -- why',
  '/* c; */',
  "SELECT 'a -- b';",
  'SELECT 5 ;',
  'SELECT 6;  ',
  '$$',
  'BEGIN',
  'END; $$;',
  'SELECT 7;\r',
  '--',
  '--;',
  '-- x;',
  '\ufeffSELECT 8;',
  'SELECT 9;\u00a0',
  'é;',
  '-- goose Up',
  'SELECT 10; SELECT 11;',
  '-- +goose ENVSUB ON',
  'SELECT ${NOBODY_SETS_THIS:-12};',
  "SELECT '$$';",
  '-- +goose ENVSUB OFF',
  'SELECT 13 --x;',
  'SELECT --x 14;',
]

/** A file of the lines that goose's parser looks at, most of them with a beginning that it accepts. */
export function randomGoose(random: Random): string {
  const head = pick(random, ['-- +goose Up\n', '-- +goose Up\n', '-- +goose Up\n', '-- top\n-- +goose Up\n', ''])
  const middle = Array.from({ length: random(8) }, () => `${pick(random, gooseLines)}\n`).join('')
  const tail = pick(random, ['', '-- +goose Down\n', '-- +goose Down\nSELECT 1;\n', 'SELECT 1;'])
  return head + middle + tail
}

/** A text with some of its pieces taken out, doubled, or replaced by what scanners stumble over. */
export function mutate(random: Random, text: string): string {
  // By code points: half a surrogate is no text that a file can hold.
  let points = [...text]
  for (let edits = 1 + random(4); edits > 0; edits--) {
    const at = random(points.length + 1)
    const length = random(random(2) === 0 ? 4 : 40)
    const piece = points.slice(at, at + length)
    const instead = pick(random, [[], [...piece, ...piece], [...pick(random, tokens)], ['\r', '\n']])
    points = [...points.slice(0, at), ...instead, ...points.slice(at + piece.length)]
  }
  return points.join('')
}

// `ignore` with a CR behind it is left out: releases differ in it, and the recorded vectors have the newer reading.
const bodies: readonly [string, ...string[]] = [
  'SELECT 1;\n',
  'SELECT 1;\r\n',
  '',
  '-- atlas:sum ignore\nSELECT 1;\n',
  '#atlas:sum ignore',
  '-- x atlas:sum   ignore\n',
  '-- atlas:sum ignore \n',
  '\tatlas:sum ignore\n',
  'é\u2028atlas:sum ignore\n',
  '\ufeffatlas:sum ignore\n',
  '\ufeffSELECT 1;\n',
  '-- atlas:checkpoint v1\n\nSELECT 1;\n',
  '-- atlas:sum\nSELECT 1;\n',
  '-- atlas:sum ignore atlas:nolint\n',
  '-- atlas:sum ignored\n',
  '-- ATLAS:SUM IGNORE\n',
  '\natlas:sum ignore\n',
  '-- atlas:delimiter \\n\nSELECT 1\nSELECT 2',
]

const stems: Record<FormatName, readonly [string, ...string[]]> = {
  atlas: ['1', '10_b', '1_a', '1-x', '2.sql', '20260101_é', '.x', 'A', 'a', '𝒳', '\uffee', 'sub/3_n', ' 4', '5 b'],
  goose: ['1_a', '2_b', '00010_c', 'notes', '3_é', 'sub/4_n'],
  'golang-migrate': ['1_a.up', '1_a.down', '2_b.up', '2_b', 'x.up', '3_c.UP', 'sub/4_n.up', '.up'],
  dbmate: ['1_a', '2_b', 'foo', '10', 'sub/4_n'],
  flyway: [
    'V1__a',
    'V2__b',
    'V1_5__x',
    'sub/V10__d',
    'R__v',
    'B2__base',
    'B1__old',
    'U3__c',
    '0a/V3__c',
    'V__x',
    '.h/V9__h',
    'x/V2_1__y',
    'V3',
    'R',
    'VX__z',
    'sub/R__w',
  ],
}

/** Files of a directory that a format may or may not take as its own. */
export function randomMigrations(random: Random, format: FormatName): Record<string, string> {
  const count = random(7)
  return Object.fromEntries(
    Array.from({ length: count }, () => {
      const ending = pick(random, ['.sql', '.sql', '.sql', '.SQL', '.md'])
      return [`${pick(random, stems[format])}${ending}`, pick(random, bodies)]
    }),
  )
}
