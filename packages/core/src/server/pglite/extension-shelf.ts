import { DiagnosticError, type Diagnostic } from '../../diagnostics/index.js'
import { installExtension, type InstanceFiles } from './extension-files.js'
import { bundledExtensions, resolveExtensions } from './resolve-extensions.js'

/** Extensions of a running instance: puts their files in when somebody asks for them. */
export class ExtensionShelf {
  readonly #files: InstanceFiles
  readonly #root: string
  readonly #provided = new Set<string>()

  constructor(files: InstanceFiles, root: string) {
    this.#files = files
    this.#root = root
  }

  /** Makes `CREATE EXTENSION name` possible. Returns why it is not, otherwise. */
  provide(name: string): Diagnostic | undefined {
    if (this.#provided.has(name)) return undefined
    try {
      for (const bundle of resolveExtensions([name], this.#root)) installExtension(this.#files, bundle.file)
    } catch (error) {
      if (error instanceof DiagnosticError) return error.diagnostics[0]
      throw error
    }
    this.#provided.add(name)
    return undefined
  }

  /** For `pg_available_extensions`, which lists what lies in the instance. */
  provideAll(): void {
    for (const name of bundledExtensions()) this.provide(name)
  }
}
