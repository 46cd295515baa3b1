import { describe, expect, it } from 'vitest'
import { keepArrayCasts } from './array-casts.js'

describe('casts of array constructors', () => {
  it('say the type of the array before it is cast', () => {
    expect(keepArrayCasts(`((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))`)).toBe(
      `((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying]::character varying[])::text[]))`,
    )
    expect(keepArrayCasts(`s = ANY (ARRAY['a,]'::bpchar]::text[])`)).toBe(
      `s = ANY ((ARRAY['a,]'::bpchar]::bpchar[])::text[])`,
    )
  })

  it('are left alone where the elements are cast, where there is none, and in strings', () => {
    for (const sql of [
      `ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])`,
      `ANY (ARRAY['a'::text, 'b'::text])`,
      `(ARRAY[1, 2])::bigint[]`,
      `'(ARRAY[''a''::character varying])::text[]'`,
      `CREATE TABLE t (a integer)`,
    ])
      expect(keepArrayCasts(sql)).toBe(sql)
  })
})
