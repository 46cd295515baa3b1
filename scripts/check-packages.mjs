// Packs every public package as it would be published, checks it with publint, installs the tarballs into an empty
// project and imports each entry there.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { buildDeclarations, buildJavaScript, packages, root } from './build.mjs'

const folder = mkdtempSync(join(tmpdir(), 'savepoint-packages-'))
const tarballs = join(folder, 'tarballs')
const project = join(folder, 'project')
mkdirSync(tarballs)
mkdirSync(project)
let failed = false
const fail = (message) => {
  failed = true
  console.error(message)
}

await buildJavaScript()
buildDeclarations()
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const manifests = packages.map((name) => ({
  folder: join(root, 'packages', name),
  manifest: JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')),
}))
for (const { folder: packageFolder, manifest } of manifests) {
  execFileSync('npx', ['--yes', packageManager, 'pack', '--pack-destination', tarballs], {
    cwd: packageFolder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const { messages } = await publint({ pkgDir: packageFolder, strict: true, pack: false })
  for (const message of messages) fail(`${manifest.name}: ${formatMessage(message, manifest)}`)
}

const files = Object.fromEntries(
  manifests.map(({ manifest }) => {
    const prefix = manifest.name.replace('@', '').replace('/', '-')
    return [
      manifest.name,
      `file:${join(
        tarballs,
        readdirSync(tarballs).find((file) => file === `${prefix}-${manifest.version}.tgz`),
      )}`,
    ]
  }),
)
writeFileSync(
  join(project, 'package.json'),
  // Overrides: the packages depend on each other by version, which no registry has yet.
  JSON.stringify({
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: { ...files, 'better-auth': '1.7.7' },
    overrides: files,
  }),
)
execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps'], {
  cwd: project,
  stdio: ['ignore', 'ignore', 'inherit'],
})
for (const { manifest } of manifests) {
  for (const entry of Object.keys(manifest.exports)) {
    // Bundlers are optional peers of the plugin; its entries must load without them.
    const name = join(manifest.name, entry)
    const statement = entry.endsWith('.json')
      ? `import(${JSON.stringify(name)}, { with: { type: 'json' } })`
      : `import(${JSON.stringify(name)})`
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', `await ${statement}`], {
      cwd: project,
      encoding: 'utf8',
    })
    if (status !== 0) fail(`${name} cannot be imported from the packed package:\n${stderr}`)
    else console.log(`${name}: ok`)
  }
}
const version = spawnSync(join(project, 'node_modules/.bin/savepoint'), ['--version'], {
  cwd: project,
  encoding: 'utf8',
})
if (version.status !== 0) fail(`the packed command does not run:\n${version.stderr}`)
else console.log(`savepoint --version: ${version.stdout.trim()}`)
rmSync(folder, { recursive: true, force: true })
process.exit(failed ? 1 : 0)
