import { foreignKeyIndexes, timestamps } from '@savepoint/conventions'
import { defineConfig } from '@savepoint/core'
import { audit } from './plugins/audit.ts'
import { pgBoss } from './plugins/pg-boss.ts'

export default defineConfig({
  migrations: false,
  client: false,
  plugins: [
    pgBoss(),
    timestamps({ mode: 'fix', schemas: ['public'] }),
    foreignKeyIndexes({ mode: 'fix', schemas: ['public'] }),
    audit(),
  ],
})
