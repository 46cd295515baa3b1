/**
 * Modules that stand in for packages whose import or use has effects: a config is loaded to be read, and nothing else.
 *
 * An inert value answers every property, call and construction with itself, except that it is no promise (`await` ends)
 * and turns into an empty string.
 */
const inert = `
const inert = new Proxy(function () {}, {
  get: (_, key) => key === 'then' ? undefined : key === Symbol.toPrimitive ? () => '' : key === 'prototype' ? Function.prototype : inert,
  apply: () => inert,
  construct: () => inert,
})`

/**
 * \`betterAuth()\` that keeps its options and does nothing: the real one connects, checks the schema and may send
 * telemetry. Everything else of the package is the real thing, because configs use its helpers.
 */
export function betterAuthShim(specifier: string): string {
  return `${inert}
export * from ${JSON.stringify(specifier)}
export const betterAuth = (options) => ({
  options,
  api: inert,
  handler: inert,
  $context: new Promise(() => {}),
  $Infer: {},
  $ERROR_CODES: {},
})`
}

// The exports object's prototype is the inert value: the bundler looks every imported name up on it, whatever it is.
export const inertModule = `${inert}
module.exports = Object.create(inert)`

/** SvelteKit's and Cloudflare's virtual modules of environment variables. */
export const environmentModule = `
const environment = new Proxy({}, { get: (_, key) => key === 'env' ? process.env : process.env[key] })
module.exports = Object.create(environment)`

/** Packages that open a database when they are constructed. A PGlite directory opened twice loses data without a word. */
export const inertPackagesRE =
  /^(?:@electric-sql\/pglite(?:\/.*)?|kysely-pglite|kysely-pglite-dialect|better-sqlite3|bun:sqlite|node:sqlite|server-only|cloudflare:.*)$/
export const environmentModulesRE = /^\$(?:env|app)\//
export const betterAuthRE = /^better-auth(?:\/minimal)?$/
