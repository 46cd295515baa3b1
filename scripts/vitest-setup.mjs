import { buildJavaScript } from './build.mjs'
import { findBinaries, startCluster } from '../test/support/cluster.mjs'

/**
 * Once per run: builds, and starts the native servers that are installed; tests find them by `inject('servers')`.
 * SAVEPOINT_SKIP_BUILD: `npm test` has just built everything, declarations included.
 * SAVEPOINT_TEST_SERVERS: JSON `{ "18": "postgres://…" }` of servers that run already, for quick repeated runs by hand.
 */
export default async function setup(project) {
  if (!process.env.SAVEPOINT_SKIP_BUILD) await buildJavaScript()
  if (process.env.SAVEPOINT_TEST_SERVERS) {
    project.provide('servers', JSON.parse(process.env.SAVEPOINT_TEST_SERVERS))
    return undefined
  }
  const started = await Promise.all(
    Object.entries(findBinaries()).map(async ([version, folder]) => [version, await startCluster(folder)]),
  )
  project.provide('servers', Object.fromEntries(started.map(([version, cluster]) => [version, cluster.url])))
  return async () => {
    await Promise.all(started.map(([, cluster]) => cluster.stop()))
  }
}
