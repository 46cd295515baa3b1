import { betterAuth } from '@savepoint/better-auth'
import { defineConfig } from '@savepoint/core'

// Everything else is the default: schema/**/*.sql, an embedded Postgres under .savepoint/, migrations/, src/db/.
export default defineConfig({
  client: { queries: 'server/**/*.sql' },
  // Better Auth's tables follow server/auth.ts; the file is there to be read in review.
  plugins: [betterAuth({ config: 'server/auth.ts', emit: 'schema/auth.sql' })],
})
