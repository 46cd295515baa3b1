import type { SourceSet } from '../sources/reader.js'

/**
 * The schema files without some of them: migrations lead to what the files say, less what repeatable post scripts make.
 *
 * @param paths absolute
 */
export function leaveOut(sources: SourceSet, paths: ReadonlySet<string>): SourceSet {
  if (paths.size === 0) return sources
  return {
    files: sources.files.filter(({ path }) => !paths.has(path)),
    statements: sources.statements.filter(({ file }) => !paths.has(file)),
    diagnostics: sources.diagnostics.filter(({ location }) => location === undefined || !paths.has(location.file)),
  }
}
