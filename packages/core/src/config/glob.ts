/**
 * A path as a pattern that means just this path: a project may lie in `~/work (old)/[app]`.
 * The letters are those of fast-glob's `escapePath`: it takes a backslash before any other `+` or `@` for a part of the name.
 */
export function escapeGlob(path: string): string {
  return path.replaceAll('\\', '/').replaceAll(/[*?[\]{}()|]|[!+@](?=\()/g, String.raw`\$&`)
}
