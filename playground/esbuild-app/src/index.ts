import pg from 'pg'
import type { Note } from './db/public.js'

const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
await client.connect()
const { rows } = await client.query<Note>('SELECT * FROM note ORDER BY id')
for (const note of rows) console.log(note.id, note.body)
await client.end()
