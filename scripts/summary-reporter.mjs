import { writeFileSync } from 'node:fs'

/** Counts what ran, and why what did not run was skipped, for the last lines of `npm test`. */
export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failed: unhandledErrors.length, skipped: 0, reasons: {} }
    for (const module of modules) {
      // A file that cannot be loaded, or a hook that fails, leaves no failed test behind.
      if (module.errors().length > 0) summary.failed++
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) summary.failed++
      for (const test of module.children.allTests()) {
        const { state, note } = test.result()
        if (state === 'passed') summary.passed++
        else if (state === 'failed') summary.failed++
        else {
          summary.skipped++
          const reason = note ?? reasonInName(test) ?? 'no reason given'
          summary.reasons[reason] = (summary.reasons[reason] ?? 0) + 1
        }
      }
    }
    if (process.env.SAVEPOINT_TEST_SUMMARY) writeFileSync(process.env.SAVEPOINT_TEST_SUMMARY, JSON.stringify(summary))
  }
}

// `describe.skipIf` takes no reason, so a suite that needs something says it in its name: `interop [needs go]`.
function reasonInName(test) {
  for (let entity = test; entity && 'name' in entity; entity = entity.parent) {
    const found = /\[(needs [^\]]+)\]/.exec(entity.name)
    if (found) return found[1]
  }
  return undefined
}
