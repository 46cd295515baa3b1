import { DiagnosticError, type Diagnostic } from '../../diagnostics/index.js'
import { installExtension, type InstanceFiles } from './extension-files.js'
import { bundledExtensions, resolveExtensions } from './resolve-extensions.js'

/** Extensions of a running instance: puts their files in when somebody asks for them. */
export class ExtensionShelf {
  readonly #files: InstanceFiles
  readonly #root: string
  readonly #provided = new Map<string, Diagnostic | undefined>()

  constructor(files: InstanceFiles, root: string) {
    this.#files = files
    this.#root = root
  }

  has(name: string): boolean {
    return this.#provided.has(name)
  }

  problemOf(name: string): Diagnostic | undefined {
    return this.#provided.get(name)
  }

  /** Makes `CREATE EXTENSION name` possible; where it cannot, `problemOf` says why. */
  async provide(name: string): Promise<void> {
    if (this.has(name)) return
    let problem: Diagnostic | undefined
    try {
      for (const bundle of resolveExtensions([name], this.#root)) await installExtension(this.#files, bundle.file)
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error
      problem = error.diagnostics[0]
    }
    this.#provided.set(name, problem)
    // A package may be installed at any time: it is looked for again after the statement that misses it.
    if (problem) setTimeout(() => this.#provided.delete(name), 1000).unref()
  }

  /** For `pg_available_extensions`, which lists what lies in the instance. */
  allBundled(): string[] {
    return bundledExtensions()
  }
}
