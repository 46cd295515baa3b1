/** The parts of Better Auth's own types that are read; structural, since the copy is the project's, of any version from 1.4. */
export interface AuthOptions {
  database?: {
    schemaName?: string
    db?: {
      getExecutor?(): { plugins?: unknown[] }
      selectFrom?(table: string): { selectAll(): { compile(): { sql: string } } }
    }
    /** A `pg` pool keeps its settings here. */
    options?: { options?: string; connectionString?: string }
  }
  user?: ModelOptions
  session?: ModelOptions
  account?: ModelOptions
  verification?: ModelOptions
  /** `useNumberId` is how serial keys were asked for before they became a kind of `generateId`. */
  advanced?: { database?: { generateId?: unknown; useNumberId?: unknown }; generateId?: unknown }
  [key: string]: unknown
}

interface ModelOptions {
  additionalFields?: Record<string, Field>
}

export interface Field {
  type: string | readonly string[]
  required?: boolean
  unique?: boolean
  defaultValue?: unknown
  references?: { model: string; field: string; onDelete?: string }
}

export interface Migrations {
  /** Names are those of the database, after the config's renames. */
  toBeCreated: { table: string; fields: Record<string, Field> }[]
  compileMigrations(): Promise<string>
}

export type GetMigrations = (options: object, settings?: { throwOnUnsafe: boolean }) => Promise<Migrations>
