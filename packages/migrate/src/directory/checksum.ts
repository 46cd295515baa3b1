import { computeSum, serialiseSum, type Sum } from '../sum/sum.js'
import { createSumError, findMismatch, type SumMismatch } from '../sum/validate.js'
import type { MigrationDirectory } from './directory.js'

/** The directory's sum, computed anew from its bytes. */
export function computeDirectorySum(directory: MigrationDirectory, contents?: Map<string, string>): Sum {
  return computeSum(directory.source, directory.members, 'raw', contents)
}

/** Text that atlas.sum should have. */
export function renderDirectorySum(directory: MigrationDirectory): string {
  return serialiseSum(computeDirectorySum(directory))
}

/** Compares atlas.sum with the files; undefined when they agree. Data for a caller that prints, see `renderMismatch`. */
export function findSumMismatch(directory: MigrationDirectory): SumMismatch | undefined {
  return findMismatch(directory.source, directory.members, directory.sumText)
}

/**
 * Throws SP4004 where atlas.sum does not fit. Atlas directories must have one; in the other formats a directory
 * without it is taken as its own tool takes it.
 */
export function validateDirectory(directory: MigrationDirectory, computed?: Sum): void {
  if (directory.sumText === undefined && directory.format.name !== 'atlas') return
  const mismatch = findMismatch(directory.source, directory.members, directory.sumText, computed)
  if (mismatch) throw createSumError(directory.source, mismatch)
}
