import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { differences, extract, type Catalog } from '@savepoint/catalog'
import pg from 'pg'
import { describe, expect, inject, it } from 'vitest'
import { createTestProject, type TestProject } from './testing/project.js'

const server = inject('servers')['18'] ?? ''

/** A small generator of pseudo-random numbers (mulberry32), so that a failing sequence can be run again. */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** What one file can say. Each has its own table, so files can come and go by themselves. */
function textOf(table: number, variant: number): string {
  const columns = ['a integer', 'b text not null default 1', 'c numeric(8, 2)', 'd timestamptz'].filter(
    (_, index) => variant & (1 << index),
  )
  const name = `t${table}`
  let text = `create table ${name} (${['id integer primary key', ...columns].join(', ')});\n`
  if (variant & 1) text += `create index ${name}_a on ${name} (a);\n`
  if (variant & 16) text += `create view ${name}_v as select id from ${name};\n`
  if (variant & 32) text += `comment on table ${name} is 'variant ${variant}';\n`
  return text
}

/** Saves, deletes and renames files at random, with and without pauses. Returns what the files say at the end. */
async function edit(project: TestProject, random: (below: number) => number): Promise<string> {
  const files = new Map<string, string>([['schema/keep.sql', textOf(99, 1)]])
  for (let step = 0; step < 40; step++) {
    const table = random(5)
    const name = `schema/f${table}.sql`
    const moved = `schema/moved${table}.sql`
    const present = [name, moved].find((path) => files.has(path))
    const action = random(6)
    if (action === 0 && present) {
      project.remove(present)
      files.delete(present)
    } else if (action === 1 && present) {
      const other = present === name ? moved : name
      const text = files.get(present) ?? ''
      project.write(other, text)
      project.remove(present)
      files.delete(present)
      files.set(other, text)
    } else {
      const path = present ?? name
      const text = textOf(table, random(64))
      project.write(path, text)
      files.set(path, text)
    }
    const pause = random(8)
    if (pause < 2) await delay(pause * 15)
  }
  return [...files.values()].join('')
}

async function readCatalog(url: string): Promise<Catalog> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await extract(client)
  } finally {
    await client.end()
  }
}

/** What a database becomes that is given the text and nothing else. */
async function elaborateAnew(text: string): Promise<Catalog> {
  const name = `fresh_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  await admin.query(`create database ${name}`)
  const url = server.replace(/\/[^/]*$/, `/${name}`)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(text)
  await client.end()
  const catalog = await readCatalog(url)
  await admin.query(`drop database ${name} with (force)`)
  await admin.end()
  return catalog
}

describe.skipIf(server === '')('saves that come faster than runs [needs native]', () => {
  it.each([1, 2, 3, 4])('end where a fresh start would (sequence %i)', { timeout: 180_000 }, async (seed) => {
    const project = await createTestProject({ files: { 'schema/keep.sql': textOf(99, 1) }, server })
    try {
      await project.engine.start()
      const wanted = await elaborateAnew(await edit(project, createRandom(seed)))
      const reached = async (): Promise<boolean> => {
        await project.engine.settled()
        const { status, databaseUrl = '' } = project.engine.state
        return status === 'ready' && differences(await readCatalog(databaseUrl), wanted).length === 0
      }
      // No run is asked for here: what the watcher lost would stay lost.
      while (!(await reached()))
        await project.after(
          () => undefined,
          ({ status }) => status === 'ready',
        )
      expect(project.engine.state.pending).toEqual([])
    } finally {
      await project.close()
    }
  })
})
