import { DiagnosticError } from '@savepoint/core'

export function missingConfig(root: string): DiagnosticError {
  return new DiagnosticError([
    {
      code: 'SP5101',
      severity: 'error',
      message: `no auth config was found in ${root}`,
      why: 'none of the places where Better Auth looks has one: auth.ts, lib/auth.ts, server/auth.ts, each also below src/ and app/',
      fix: "name it: betterAuth({ config: 'src/auth.ts' })",
    },
  ])
}
