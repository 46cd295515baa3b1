// Installs what is missing, builds, runs the tests, and ends with the line `N passed, N failed, N skipped`.
// Arguments are handed to vitest (paths, -t name).
//
// What needs Chromium, Docker or Go is skipped with a reason where that is missing.
// SAVEPOINT_REQUIRE=chromium,go,native turns those skips into failures.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installDependencies } from './install.mjs'

installDependencies()
const { buildDeclarations, buildJavaScript, root } = await import('./build.mjs')
await buildJavaScript()
buildDeclarations()

const folder = mkdtempSync(join(tmpdir(), 'savepoint-test-'))
const summaryFile = join(folder, 'summary.json')
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=./scripts/summary-reporter.mjs',
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, SAVEPOINT_SKIP_BUILD: '1', SAVEPOINT_TEST_SUMMARY: summaryFile },
  },
)
let summary
try {
  summary = JSON.parse(readFileSync(summaryFile, 'utf8'))
} catch (error) {
  console.error('vitest ended without a summary', error)
  summary = { passed: 0, failed: 1, skipped: 0, reasons: {} }
}
rmSync(folder, { recursive: true, force: true })
const failed = summary.failed === 0 && status !== 0 ? 1 : summary.failed
for (const [reason, count] of Object.entries(summary.reasons)) console.log(`skipped ${count}: ${reason}`)
console.log(`${summary.passed} passed, ${failed} failed, ${summary.skipped} skipped`)
process.exitCode = failed > 0 ? 1 : 0
