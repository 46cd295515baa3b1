import pg from 'pg'

// Savepoint sets DATABASE_URL when it is not set; in production it is the real server's. The pool is kept on
// globalThis, because this module is evaluated again whenever the schema or the server's code changes.
const shared = globalThis as typeof globalThis & { pool?: pg.Pool }

export const pool = (shared.pool ??= createPool())

function createPool(): pg.Pool {
  const created = new pg.Pool({ connectionString: process.env.DATABASE_URL })
  // An idle connection that is cut emits an error; unhandled, it would end the process.
  created.on('error', (error) => console.warn(`database: ${error.message}`))
  return created
}
