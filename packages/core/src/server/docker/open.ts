import { DiagnosticError } from '../../diagnostics/index.js'
import { importEntry, resolveOptionalPackage } from '../optional-package.js'
import { openPostgres } from '../postgres/open.js'
import type { DatabaseServer, DatabaseSetting } from '../server.js'

// What is used of testcontainers, so that its types are not needed where it is not installed.
interface StartedContainer {
  getConnectionUri(): string
}
interface Container {
  withDatabase(name: string): Container
  withUsername(name: string): Container
  withPassword(password: string): Container
  withLabels(labels: Record<string, string>): Container
  withReuse(): Container
  start(): Promise<StartedContainer>
}
type ContainerConstructor = new (image: string) => Container

export interface DockerOptions {
  root: string
  onProgress?: ((message: string) => void) | undefined
}

/**
 * A Postgres in a container, through testcontainers of the user's project. The container is the project's own, stays when we
 * close, and is found again by the next start, with its data.
 *
 * @throws SP2006 when testcontainers is not installed, SP2002 when no Docker engine answers or the container does not start
 */
export async function openDocker(
  setting: Extract<DatabaseSetting, { kind: 'docker' }>,
  { root, onProgress }: DockerOptions,
): Promise<DatabaseServer> {
  const image = `${setting.image}:${setting.tag}`
  const name = '@testcontainers/postgresql'
  const PostgreSqlContainer = await loadConstructor(
    name,
    resolveOptionalPackage(name, root, `docker://${setting.image}`),
  )
  onProgress?.(`starting ${image} in Docker`)
  let container: StartedContainer
  try {
    // Everything here is part of the hash by which the container is found again.
    container = await new PostgreSqlContainer(image)
      .withDatabase(setting.database)
      .withUsername('postgres')
      .withPassword('postgres')
      .withLabels({ 'dev.savepoint.project': root })
      .withReuse()
      .start()
  } catch (error) {
    throw startFailure(image, error)
  }
  return openPostgres(container.getConnectionUri(), 'docker')
}

async function loadConstructor(name: string, entry: string): Promise<ContainerConstructor> {
  try {
    const { PostgreSqlContainer } = await importEntry(entry)
    if (!isConstructor(PostgreSqlContainer)) throw new Error('it exports no PostgreSqlContainer')
    return PostgreSqlContainer
  } catch (cause) {
    throw new DiagnosticError(
      [
        {
          code: 'SP2006',
          severity: 'error',
          message: `${name} cannot be loaded on Node ${process.versions.node}`,
          why: cause instanceof Error ? cause.message : String(cause),
          // Seen with testcontainers 12.0.4, which brings undici 8, on Node 20.
          fix: 'On Node 20, override its dependency "undici" with version 7 in package.json; or use Node 22.',
        },
      ],
      { cause },
    )
  }
}

function isConstructor(value: unknown): value is ContainerConstructor {
  return typeof value === 'function'
}

function startFailure(image: string, cause: unknown): DiagnosticError {
  const words = cause instanceof Error ? cause.message : String(cause)
  const noEngine = /container runtime/i.test(words)
  return new DiagnosticError(
    [
      {
        code: 'SP2002',
        severity: 'error',
        message: noEngine ? 'no Docker engine answers on this machine' : `the container of ${image} did not start`,
        why: words,
        fix: noEngine
          ? "Start Docker (or Podman with its Docker socket), or use the embedded database: `database: 'pglite:'`."
          : `Look at the image's name and its log: \`docker run --rm -e POSTGRES_PASSWORD=x ${image}\`.`,
      },
    ],
    { cause },
  )
}
