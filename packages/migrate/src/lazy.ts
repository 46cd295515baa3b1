/**
 * The larger half of this package, loaded when it is first called: a bundler's plugin that writes drafts never loads what
 * works on databases, an application with nothing pending never what applies.
 */
type Apply = typeof import('./apply/apply.js')
type Scripts = typeof import('./apply/script.js')
type Down = typeof import('./apply/down.js')
type SetByHand = typeof import('./apply/set.js')
type Status = typeof import('./apply/status.js')
type Checkpoint = typeof import('./edit/checkpoint.js')
type Import = typeof import('./edit/import.js')
type MergeDriver = typeof import('./edit/merge-driver.js')
type Rebase = typeof import('./edit/rebase.js')
type Remove = typeof import('./edit/remove.js')
type Lint = typeof import('./lint/lint.js')
type Connect = typeof import('./start/connect.js')
type Initialize = typeof import('./start/initialize.js')

/** A function that answers later, with the same parameters. */
type Later<Function extends (...parameters: never[]) => unknown> = (
  ...parameters: Parameters<Function>
) => Promise<Awaited<ReturnType<Function>>>

/**
 * Brings the database to the newest migration at application start: pre scripts, pending migrations, post scripts, under the
 * migration tool's lock. With nothing pending it costs one query. Throws `MigrateError`; the application should not start then.
 */
export const initDatabase: Later<Initialize['initDatabase']> = async (...parameters) =>
  (await import('./start/initialize.js')).initDatabase(...parameters)

/** Opens one session with `pg`, which the caller closes. Throws SP4023 where the server does not answer. */
export const connect: Later<Connect['connect']> = async (...parameters) =>
  (await import('./start/connect.js')).connect(...parameters)

/**
 * Applies pending migrations under the tool's own lock; after a failure or a kill the next call goes on where this one stopped.
 * Throws SP4010 … SP4026: what is applied stands in the error's `why`, what to run next in its `fix`.
 */
export const applyMigrations: Later<Apply['applyMigrations']> = async (...parameters) =>
  (await import('./apply/apply.js')).applyMigrations(...parameters)

/** Runs scripts, each in a transaction unless a statement of it cannot run in one. Throws SP4017. */
export const runScripts: Later<Scripts['runScripts']> = async (...parameters) =>
  (await import('./apply/script.js')).runScripts(...parameters)

/** A script's statements in their order, as the database is given them. */
export const listScriptStatements: Later<Scripts['listScriptStatements']> = async (...parameters) =>
  (await import('./apply/script.js')).listScriptStatements(...parameters)

/** Undoes applied migrations, the last first, by the way down that their files give. Throws SP4014 where one gives none. */
export const undoMigrations: Later<Down['undoMigrations']> = async (...parameters) =>
  (await import('./apply/down.js')).undoMigrations(...parameters)

/** Writes the history by hand (`set`, `force`): everything up to the version counts as applied. Throws SP4016. */
export const setVersion: Later<SetByHand['setVersion']> = async (...parameters) =>
  (await import('./apply/set.js')).setVersion(...parameters)

/** Compares the directory with the database's history; changes nothing, takes no lock. Throws SP4004, SP4015. */
export const readStatus: Later<Status['readStatus']> = async (...parameters) =>
  (await import('./apply/status.js')).readStatus(...parameters)

/** Writes an Atlas checkpoint, a file that a fresh database begins with. Throws SP4018 for another format. */
export const writeCheckpoint: Later<Checkpoint['writeCheckpoint']> = async (...parameters) =>
  (await import('./edit/checkpoint.js')).writeCheckpoint(...parameters)

/** Puts migrations one after the other into one file, which takes the version of the last. Throws SP4016, SP4018. */
export const squashMigrations: Later<Checkpoint['squashMigrations']> = async (...parameters) =>
  (await import('./edit/checkpoint.js')).squashMigrations(...parameters)

/** Writes a directory of one format as a directory of another, with atlas.sum. Throws SP4018 where the target is not empty. */
export const importDirectory: Later<Import['importDirectory']> = async (...parameters) =>
  (await import('./edit/import.js')).importDirectory(...parameters)

/** The git merge driver of atlas.sum. Throws SP4004 where a file itself is in conflict. */
export const runMergeDriver: Later<MergeDriver['runMergeDriver']> = async (...parameters) =>
  (await import('./edit/merge-driver.js')).runMergeDriver(...parameters)

/** Gives migrations fresh versions after all others and writes atlas.sum anew. Throws SP4016, SP4020. */
export const rebaseMigrations: Later<Rebase['rebaseMigrations']> = async (...parameters) =>
  (await import('./edit/rebase.js')).rebaseMigrations(...parameters)

/** Removes migrations from the directory and writes atlas.sum anew. Throws SP4016, SP4020. */
export const removeMigrations: Later<Remove['removeMigrations']> = async (...parameters) =>
  (await import('./edit/remove.js')).removeMigrations(...parameters)

/** What the tool itself would refuse (SP4015) and what other tools would read otherwise (SP4025). Throws nothing for a bad file. */
export const lintDirectory: Later<Lint['lintDirectory']> = async (...parameters) =>
  (await import('./lint/lint.js')).lintDirectory(...parameters)
