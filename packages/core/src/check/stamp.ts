import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastGlob from 'fast-glob'
import type { ResolvedConfig } from '../config/config.js'
import { replaceFile } from '../emit/emit.js'
import { nodeFileSystem } from '../emit/file-system.js'
import { ourVersion } from '../engine/version.js'

/**
 * Everything that a check looks at, as one hash: schema files, migrations, generated files, config, plugins, versions.
 * By content, because a checkout sets the times of files as it likes.
 *
 * @param cacheKey of the plugins; undefined when one of them cannot say what its output depends on
 * @returns undefined when nothing can be said
 */
export async function hashInputs(config: ResolvedConfig, cacheKey: string | undefined): Promise<string | undefined> {
  if (cacheKey === undefined) return undefined
  const { schema, migrations, client, configDependencies } = config
  const globs = [...schema.pre, ...schema.schema, ...schema.post]
  if (migrations) globs.push(`${fastGlob.convertPathToPattern(migrations.directory)}/**`)
  if (client) globs.push(`${fastGlob.convertPathToPattern(client.directory)}/**`)
  const found = await fastGlob(globs, { absolute: true, unique: true, suppressErrors: true, onlyFiles: true })
  const paths = [...new Set([...found, ...configDependencies])].sort()
  const texts = await Promise.all(paths.map((path) => readFile(path).catch(() => Buffer.from('\0missing'))))
  const hash = createHash('sha256')
  hash.update(JSON.stringify([ourVersion(), process.version, cacheKey, describeConfig(config)]))
  paths.forEach((path, index) => {
    const content = createHash('sha256')
      .update(texts[index] ?? '')
      .digest('hex')
    hash.update(`\0${path}\0${content}`)
  })
  return hash.digest('hex')
}

/** Whether the last good check saw the same inputs. */
export async function isStamped(config: ResolvedConfig, hash: string): Promise<boolean> {
  return (await nodeFileSystem.read(stampPath(config)))?.trim() === hash
}

/** Remembers a good check. Where nothing can be written, as in some build containers, the next check just looks again. */
export async function writeStamp(config: ResolvedConfig, hash: string): Promise<void> {
  await replaceFile(stampPath(config), `${hash}\n`).catch(() => undefined)
}

function stampPath(config: ResolvedConfig): string {
  const environment = config.environment === undefined ? '' : `.${config.environment.replaceAll(/\W+/g, '-')}`
  return join(config.stateDirectory, `check${environment}.stamp`)
}

// The config file's text is among the inputs; what it made of the process's environment is here.
function describeConfig(config: ResolvedConfig): unknown {
  return { ...config, plugins: config.plugins.map(({ name }) => name) }
}
