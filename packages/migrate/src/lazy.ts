/**
 * The larger half of this package, loaded when it is first called: a bundler's plugin that writes drafts never loads what
 * works on databases, an application with nothing pending never what applies.
 */
type Apply = typeof import('./apply/apply.js')
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

/** See `start/initialize.ts`. */
export const initDatabase: Later<Initialize['initDatabase']> = async (...parameters) =>
  (await import('./start/initialize.js')).initDatabase(...parameters)

/** See `start/connect.ts`. */
export const connect: Later<Connect['connect']> = async (...parameters) =>
  (await import('./start/connect.js')).connect(...parameters)

/** See `apply/apply.ts`. */
export const applyMigrations: Later<Apply['applyMigrations']> = async (...parameters) =>
  (await import('./apply/apply.js')).applyMigrations(...parameters)

/** See `apply/down.ts`. */
export const undoMigrations: Later<Down['undoMigrations']> = async (...parameters) =>
  (await import('./apply/down.js')).undoMigrations(...parameters)

/** See `apply/set.ts`. */
export const setVersion: Later<SetByHand['setVersion']> = async (...parameters) =>
  (await import('./apply/set.js')).setVersion(...parameters)

/** See `apply/status.ts`. */
export const readStatus: Later<Status['readStatus']> = async (...parameters) =>
  (await import('./apply/status.js')).readStatus(...parameters)

/** See `edit/checkpoint.ts`. */
export const writeCheckpoint: Later<Checkpoint['writeCheckpoint']> = async (...parameters) =>
  (await import('./edit/checkpoint.js')).writeCheckpoint(...parameters)

/** See `edit/checkpoint.ts`. */
export const squashMigrations: Later<Checkpoint['squashMigrations']> = async (...parameters) =>
  (await import('./edit/checkpoint.js')).squashMigrations(...parameters)

/** See `edit/import.ts`. */
export const importDirectory: Later<Import['importDirectory']> = async (...parameters) =>
  (await import('./edit/import.js')).importDirectory(...parameters)

/** See `edit/merge-driver.ts`. */
export const runMergeDriver: Later<MergeDriver['runMergeDriver']> = async (...parameters) =>
  (await import('./edit/merge-driver.js')).runMergeDriver(...parameters)

/** See `edit/rebase.ts`. */
export const rebaseMigrations: Later<Rebase['rebaseMigrations']> = async (...parameters) =>
  (await import('./edit/rebase.js')).rebaseMigrations(...parameters)

/** See `edit/remove.ts`. */
export const removeMigrations: Later<Remove['removeMigrations']> = async (...parameters) =>
  (await import('./edit/remove.js')).removeMigrations(...parameters)

/** See `lint/lint.ts`. */
export const lintDirectory: Later<Lint['lintDirectory']> = async (...parameters) =>
  (await import('./lint/lint.js')).lintDirectory(...parameters)
