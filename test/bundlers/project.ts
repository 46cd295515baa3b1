import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface TestProject {
  root: string
  write(path: string, text: string): void
  remove(): void
}

/** An app of one source file in a folder of its own, with the given files beside it. */
export function createTestProject(files: Record<string, string>): TestProject {
  // macOS links its temporary folder; bundlers report the real path.
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'savepoint-bundler-')))
  const project: TestProject = {
    root,
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    },
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  }
  for (const [path, text] of Object.entries({ ...appFiles, ...files })) project.write(path, text)
  return project
}

const appFiles = {
  'package.json': '{ "name": "app", "private": true, "type": "module" }\n',
  'savepoint.config.mjs': 'export default { migrations: false, client: false }\n',
  'src/index.js': 'export const answer = 42\n',
}
