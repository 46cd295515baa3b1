import type { Command } from './command.js'

/** One line of `savepoint --help`, and where the command is; only the one that runs is loaded. */
export interface CommandEntry {
  readonly name: string
  readonly description: string
  load(): Promise<{ command: Command }>
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    description: 'Write a config file and a first schema file',
    load: () => import('./commands/init.js'),
  },
  {
    name: 'dev',
    description: 'Watch the schema files: database, migration and types follow on save',
    load: () => import('./commands/dev.js'),
  },
  {
    name: 'check',
    description: 'Fail when schema, migrations and generated files disagree',
    load: () => import('./commands/check.js'),
  },
  {
    name: 'generate',
    description: 'Write the generated types',
    load: () => import('./commands/generate.js'),
  },
  {
    name: 'accept',
    description: 'Say yes to steps that would destroy data',
    load: () => import('./commands/accept.js'),
  },
  {
    name: 'schema inspect',
    description: 'Print a schema as SQL or JSON',
    load: () => import('./commands/schema/inspect.js'),
  },
  {
    name: 'schema diff',
    description: 'Print the SQL that leads from one schema to another',
    load: () => import('./commands/schema/diff.js'),
  },
  {
    name: 'schema apply',
    description: 'Bring a database to a schema, after showing the plan',
    load: () => import('./commands/schema/apply.js'),
  },
  {
    name: 'wait',
    description: 'Wait until the database answers',
    load: () => import('./commands/wait.js'),
  },
  {
    name: 'db create',
    description: 'Create the database',
    load: () => import('./commands/db/create.js'),
  },
  {
    name: 'db drop',
    description: 'Drop the database, after asking',
    load: () => import('./commands/db/drop.js'),
  },
  {
    name: 'migrate apply',
    description: 'Apply pending migrations',
    load: () => import('./commands/migrate/apply.js'),
  },
  {
    name: 'migrate status',
    description: 'Compare the migrations directory with the database',
    load: () => import('./commands/migrate/status.js'),
  },
  {
    name: 'migrate down',
    description: 'Undo the last migrations',
    load: () => import('./commands/migrate/down.js'),
  },
  {
    name: 'migrate set',
    description: 'Say by hand which migrations are applied',
    load: () => import('./commands/migrate/set.js'),
  },
  {
    name: 'migrate force',
    description: 'Set the version and clear the mark of a failed migration',
    load: () => import('./commands/migrate/force.js'),
  },
  {
    name: 'migrate diff',
    description: 'Write the migration from the migrations directory to the schema files',
    load: () => import('./commands/migrate/diff.js'),
  },
  {
    name: 'migrate new',
    description: 'Write an empty migration to edit by hand',
    load: () => import('./commands/migrate/new.js'),
  },
  {
    name: 'migrate ls',
    description: 'List the migrations in the order in which they run',
    load: () => import('./commands/migrate/ls.js'),
  },
  {
    name: 'migrate hash',
    description: 'Write the checksums of the migrations directory anew',
    load: () => import('./commands/migrate/hash.js'),
  },
  {
    name: 'migrate validate',
    description: 'Check the sum, and replay every migration on scratch',
    load: () => import('./commands/migrate/validate.js'),
  },
  {
    name: 'migrate lint',
    description: 'Look for what loses data or holds long locks',
    load: () => import('./commands/migrate/lint.js'),
  },
  {
    name: 'migrate import',
    description: 'Write a directory of one tool as one of another',
    load: () => import('./commands/migrate/import.js'),
  },
  {
    name: 'migrate checkpoint',
    description: 'Write a migration that a fresh database begins with',
    load: () => import('./commands/migrate/checkpoint.js'),
  },
  {
    name: 'migrate squash',
    description: 'Put migrations into one file',
    load: () => import('./commands/migrate/squash.js'),
  },
  {
    name: 'migrate rebase',
    description: 'Move your own migrations behind all others, after a merge',
    load: () => import('./commands/migrate/rebase.js'),
  },
  {
    name: 'migrate rm',
    description: 'Remove migrations from the directory',
    load: () => import('./commands/migrate/rm.js'),
  },
  {
    name: 'migrate merge-driver',
    description: 'Merge atlas.sum, for git',
    load: () => import('./commands/migrate/merge-driver.js'),
  },
  {
    name: 'migrate reset',
    description: 'Empty the development database, after asking, and apply every migration',
    load: () => import('./commands/migrate/reset.js'),
  },
  {
    name: 'seed',
    description: 'Run the seed files',
    load: () => import('./commands/seed.js'),
  },
]
