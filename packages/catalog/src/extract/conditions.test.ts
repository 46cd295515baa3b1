import { expect, it } from 'vitest'
import { flattenConditions } from './conditions.js'

it.each([
  // a BETWEEN 1 AND 2 AND b = 3
  ['(((a >= 1) AND (a <= 2)) AND (b = 3))', '((a >= 1) AND (a <= 2) AND (b = 3))'],
  // a NOT BETWEEN 1 AND 2 OR b
  ['CHECK ((((a < 1) OR (a > 2)) OR b))', 'CHECK (((a < 1) OR (a > 2) OR b))'],
  ['((((a AND b) AND c) AND d) OR e)', '((a AND b AND c AND d) OR e)'],
  ['f((((a AND b) AND c)), ((d OR e) OR f))', 'f(((a AND b AND c)), (d OR e OR f))'],
  ['SELECT t.a\n   FROM (t\n     LEFT JOIN u ON TRUE)', 'SELECT t.a\n   FROM (t\n     LEFT JOIN u ON (true))'],
])('takes what stands at the left into the whole: %s', (printed, again) => {
  expect(flattenConditions(printed)).toBe(again)
})

it.each([
  '((a = 1) AND ((b >= 2) AND (b <= 3)) AND c)',
  '(((a = 1) OR (a = 2)) AND b)',
  '(((a AND b))::text = c)',
  `((x = ') AND (((a AND b) AND c)') AND "((d AND e) AND f)")`,
  'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $function$ SELECT ((a AND b) AND c) LEFT JOIN u ON TRUE $function$',
  'sum(a) OVER (ORDER BY ((b) OR (c)) ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)',
])('leaves alone what Postgres reads as it stands: %s', (printed) => {
  expect(flattenConditions(printed)).toBe(printed)
})
