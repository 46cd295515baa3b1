import type { Codec } from '../runtime/query.js'

/** int2, int4, oid, real, double precision: also NaN and the infinities. */
export const number: Codec<number> = { decode: Number, encode: String }

export const int8: Codec<bigint, bigint | number | string> = { decode: BigInt, encode: String }
/** int8 as number; loses digits above 2^53. */
export const int8Number: Codec<number, bigint | number | string> = { decode: Number, encode: String }

/** numeric stays text, so that no digit is lost; numbers are welcome as input. */
export const numeric: Codec<string, string | number | bigint> = { decode: String, encode: String }

export const bool: Codec<boolean> = { decode: (text) => text === 't', encode: String }

export const json: Codec<unknown> = {
  decode: (text) => JSON.parse(text) as unknown,
  encode: (value) => JSON.stringify(value),
}

/** Void results. */
export const nothing: Codec<undefined, never> = { decode: () => undefined, encode: () => '' }

/** Embeddings of pgvector: `[1,2,3]`. */
export const vector: Codec<number[], readonly number[]> = {
  decode: (text) => JSON.parse(text) as number[],
  encode: (value) => JSON.stringify(value),
}

/** Both `bytea_output` forms are read; `\x` is written. */
export const bytea: Codec<Uint8Array> = {
  decode(text) {
    if (text.startsWith('\\x'))
      return Uint8Array.from(text.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    return Uint8Array.from(text.match(/\\\\|\\\d{3}|[^\\]/g) ?? [], (part) =>
      part.length === 4 ? Number.parseInt(part.slice(1), 8) : part.charCodeAt(0),
    )
  },
  encode: (value) => `\\x${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}`,
}

/** The last moments that a Date can hold stand for the infinities, so that they compare and come back as what they were. */
const INFINITY = 8.64e15

const timestampRE = /^(\d+)-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?( BC)?$/

/** Milliseconds are kept, microseconds are not: that is all a Date can hold. */
export const timestamptz: Codec<Date, Date | string> = {
  decode(text) {
    if (text === 'infinity') return new Date(INFINITY)
    if (text === '-infinity') return new Date(-INFINITY)
    const match = timestampRE.exec(text)
    if (!match) return new Date(text)
    const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute, zoneSecond, era] = match
    const date = new Date(0)
    // Year 1 BC is year 0 to a Date. setUTCFullYear, because Date.UTC reads years below 100 as 19xx.
    date.setUTCFullYear(era ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day))
    const offset = (Number(zoneHour) * 60 + Number(zoneMinute ?? 0)) * 60 + Number(zoneSecond ?? 0)
    const time = (Number(hour) * 60 + Number(minute)) * 60 + Number(second) - (sign === '-' ? -offset : offset)
    return new Date(date.getTime() + time * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3)))
  },
  encode(value) {
    if (typeof value === 'string') return value
    if (value.getTime() === INFINITY) return 'infinity'
    if (value.getTime() === -INFINITY) return '-infinity'
    const iso = value.toISOString()
    const year = value.getUTCFullYear()
    // Postgres writes years before 1 as BC, and reads no sign before a year.
    if (year <= 0) return `${String(1 - year).padStart(4, '0')}${iso.slice(iso.indexOf('-', 1))} BC`
    return iso.replace(/^\+0*/, '')
  },
}
