import type { AnalysisFailure } from '../analyse/failure.js'
import type { Problem } from './diagnostics.js'
import type { StatementMarks } from './macros.js'
import type { PreparedQuery } from './prepare.js'
import { markName, type VariantText } from './variants.js'

/** A refusal by Postgres as a diagnostic, at its place in the text as it was written. */
export function failureProblem(
  failure: AnalysisFailure,
  { query, marks }: PreparedQuery,
  text: VariantText | undefined,
): Problem & { offset?: number } {
  const offset =
    failure.offset === undefined ? untypedParameter(failure, text, marks) : text?.toOriginal(failure.offset)
  const isUtility = failure.sqlstate === '0A000' && failure.message.includes('unquoted SQL function body')
  return {
    code: isUtility ? 'SP6008' : 'SP6003',
    message: `query ${query.name}: ${failure.message}`,
    ...((failure.detail ?? failure.hint) !== undefined && {
      why: [failure.detail, failure.hint].filter((part) => part !== undefined).join(' '),
    }),
    ...fixOf(failure),
    ...(offset !== undefined && { offset }),
  }
}

/** Postgres names the parameter that it cannot give a type, and not its place. */
function untypedParameter(
  failure: AnalysisFailure,
  text: VariantText | undefined,
  marks: StatementMarks,
): number | undefined {
  const number = failure.sqlstate === '42P18' ? /\$(\d+)/.exec(failure.message)?.[1] : undefined
  const name = number === undefined ? undefined : text?.parameters[Number(number) - 1]
  return marks.parameters.find((mark) => markName(mark) === name)?.start
}

function fixOf(failure: AnalysisFailure): { fix: string } | undefined {
  switch (failure.sqlstate) {
    case '42P18':
      return { fix: 'say the type of the parameter: @name::integer' }
    case '42P01':
      return { fix: 'add the table to a schema file; temporary tables are not known here' }
    case '42703':
      return { fix: 'use a column that the schema files define' }
    case '42883':
      return { fix: 'cast the arguments, or define the function in a schema file' }
    default:
      return undefined
  }
}
