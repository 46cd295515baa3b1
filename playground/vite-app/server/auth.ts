import { betterAuth } from 'better-auth'
import { PostgresDialect } from 'kysely'
import { pool } from './database.ts'

export const auth = betterAuth({
  baseURL: process.env.BETTER_AUTH_URL ?? 'http://localhost:5173',
  // Vite takes the next free port when 5173 is taken.
  trustedOrigins: ['http://localhost:*', 'http://127.0.0.1:*'],
  secret: process.env.BETTER_AUTH_SECRET ?? 'a secret for the playground only',
  // The tables stand in the schema "auth"; Better Auth opens transactions only when it is told to.
  database: { dialect: new PostgresDialect({ pool }), type: 'postgres', schemaName: 'auth', transaction: true },
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
})
