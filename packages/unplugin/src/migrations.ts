import type { EmbeddedMigrations } from '@savepoint/migrate'

/**
 * The project's migrations directory, for `initDatabase({ migrations })`. The bundler plugin replaces this module by one
 * that holds the files, so that a deployed bundle needs none.
 */
export const migrations: EmbeddedMigrations = new Proxy<EmbeddedMigrations>(
  { files: {} },
  {
    get() {
      // An empty directory would let the app start on a database that lacks its tables.
      throw new Error(
        '[savepoint] unplugin-savepoint/migrations holds the migrations only in a bundle that the Savepoint plugin has built. ' +
          "Without a bundler give initDatabase the directory: initDatabase({ migrations: 'migrations' }).",
      )
    },
  },
)
