import { describe, expect, it } from 'vitest'
import { flattenConditions, keepNesting } from './conditions.js'

describe('conditions within conditions', () => {
  it.each([
    // a BETWEEN 1 AND 2 AND b = 3
    [
      '(((a >= 1) AND (a <= 2)) AND (b = 3))',
      '((a >= 1) AND (a <= 2) AND (b = 3))',
      '(((a >= 1) AND (a <= 2))::boolean AND (b = 3))',
    ],
    // a NOT BETWEEN 1 AND 2 OR b
    [
      'CHECK ((((a < 1) OR (a > 2)) OR b))',
      'CHECK (((a < 1) OR (a > 2) OR b))',
      'CHECK ((((a < 1) OR (a > 2))::boolean OR b))',
    ],
    // A dollar within a name begins no quote.
    [
      '((a$x$b AND c) AND d$x$e AND (f))',
      '(a$x$b AND c AND d$x$e AND (f))',
      '((a$x$b AND c)::boolean AND d$x$e AND (f))',
    ],
    [
      '((((a AND b) AND c) AND d) OR e)',
      '((a AND b AND c AND d) OR e)',
      '((((a AND b)::boolean AND c)::boolean AND d) OR e)',
    ],
    [
      'f((((a AND b) AND c)), ((d OR e) OR f))',
      'f(((a AND b AND c)), (d OR e OR f))',
      'f((((a AND b)::boolean AND c)), ((d OR e)::boolean OR f))',
    ],
  ])('are compared without what stands at the left, and written with it: %s', (printed, compared, written) => {
    expect(flattenConditions(printed)).toBe(compared)
    expect(keepNesting(printed)).toBe(written)
  })

  it.each([
    '((a = 1) AND ((b >= 2) AND (b <= 3)) AND c)',
    '(((a = 1) OR (a = 2)) AND b)',
    '(((a AND b))::text = c)',
    `((x = ') AND (((a AND b) AND c)') AND "((d AND e) AND f)")`,
    'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $function$ SELECT ((a AND b) AND c) LEFT JOIN u ON TRUE $function$',
    'sum(a) OVER (ORDER BY ((b) OR (c)) ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)',
  ])('are left alone where Postgres reads them as they stand: %s', (printed) => {
    expect(flattenConditions(printed)).toBe(printed)
    expect(keepNesting(printed)).toBe(printed)
  })
})

it('takes a join without a condition for one whose condition is true', () => {
  expect(flattenConditions('SELECT t.a\n   FROM (t\n     LEFT JOIN u ON TRUE)')).toBe(
    'SELECT t.a\n   FROM (t\n     LEFT JOIN u ON (true))',
  )
})
