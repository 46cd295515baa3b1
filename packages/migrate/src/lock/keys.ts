/** FNV-1 (not 1a), 32 bit. */
export function fnv1(text: string): number {
  let hash = 2166136261
  for (const byte of Buffer.from(text)) hash = (Math.imul(hash, 16777619) ^ byte) >>> 0
  return hash >>> 0
}

/** CRC-32 (IEEE), going on from `seed`. `node:zlib` has one from Node 20.15 and 22.2 on only. */
export function crc32(bytes: Uint8Array, seed = 0): number {
  let crc = ~seed
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

/** What Atlas's `migrate apply` and `migrate set` take. */
export const atlasKey = fnv1('atlas_migrate_execute')

/** What goose's session locker takes. */
export const gooseKey = crc32(Buffer.from('goose'))

/** dbmate takes none; runs of Savepoint exclude each other all the same. */
export const dbmateKey = fnv1('savepoint_migrate_dbmate')

/**
 * What golang-migrate takes. Opened from a URL its database name is the URL's path *with* the slash, used as a library
 * it is the bare name: both are taken, so that either way excludes us.
 */
export function golangMigrateKeys(schema: string, table: string, database: string): number[] {
  const salt = 1486364155n
  return [`/${database}`, database].map((name) => {
    const sum = crc32(Buffer.from([schema, table, name].join('\0')))
    return Number((BigInt(sum) * salt) % (1n << 32n))
  })
}

// Java's String.hashCode.
function javaHash(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return hash
}

/** What Flyway takes for its history table: a number that spells "Flyway" plus the hash of the table's name. */
export function flywayKey(schema: string, table: string): bigint {
  const magic = [...'Flyway'].reduce((sum, letter) => sum * 256n + BigInt(letter.charCodeAt(0)), 0n)
  return magic + BigInt(javaHash(`"${schema}"."${table}"`))
}
