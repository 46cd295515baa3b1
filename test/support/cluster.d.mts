export interface Cluster {
  /** Of the `postgres` database; superuser `postgres`, no password. */
  url: string
  /** Folder of the server's binaries. */
  bin: string
  stop(): Promise<void>
  kill(): void
}

/** Folders with `bin/postgres`, by major version; only those that exist on this machine. */
export function findBinaries(): Record<string, string>
export function startCluster(folder: string, settings?: Record<string, string>): Promise<Cluster>
