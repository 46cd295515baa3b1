import { defineConfig } from '@savepoint/core'

// Everything else is the default: schema/**/*.sql, an embedded Postgres under .savepoint/, migrations/, src/db/.
export default defineConfig({
  client: { queries: 'server/**/*.sql' },
})
