import { expect, it } from 'vitest'
import { createFrame } from './frame.js'
import { renderDiagnostic, toJson } from './render.js'
import { suggestNearest } from './suggestion.js'
import type { Diagnostic } from './diagnostic.js'

const location = { file: '/app/schema/users.sql', line: 2, column: 9 }
const unknownType: Diagnostic = {
  code: 'SP1002',
  severity: 'error',
  message: 'the type "cittext" does not exist',
  location,
  frame: createFrame('create table users (\n  email cittext\n);\n', location),
  why: 'type "cittext" does not exist',
  fix: 'Did you mean `citext`? Put `create extension citext;` into a schema file.',
}

it('says what, where, why and what to do', () => {
  expect(renderDiagnostic(unknownType, { root: '/app' })).toMatchInlineSnapshot(`
    "error SP1002: the type "cittext" does not exist
      at schema/users.sql:2:9
      1 |  create table users (
      2 |    email cittext
        |          ^
      3 |  );
      4 |
      why: type "cittext" does not exist
      fix: Did you mean \`citext\`? Put \`create extension citext;\` into a schema file."
  `)
})

it('leaves out what is not known', () => {
  const { code, severity, message } = unknownType
  expect(renderDiagnostic({ code, severity, message })).toBe('error SP1002: the type "cittext" does not exist')
})

it('shows whole paths of files outside the project', () => {
  expect(renderDiagnostic(unknownType, { root: '/elsewhere/app' })).toContain('at /app/schema/users.sql:2:9')
})

it('marks the severity with the style that was passed in', () => {
  const style = { error: (text: string) => `<${text}>`, warning: (text: string) => text, dim: (text: string) => text }
  expect(renderDiagnostic(unknownType, { style })).toMatch(/^<error SP1002>: /)
})

it('gives scripts the same facts with paths relative to the root', () => {
  expect(toJson([unknownType], '/app').diagnostics[0]).toMatchObject({
    code: 'SP1002',
    location: { file: 'schema/users.sql', line: 2, column: 9 },
  })
})

it('suggests the nearest name, and nothing when none is near', () => {
  expect(suggestNearest('databse', ['schema', 'database'])).toBe('database')
  expect(suggestNearest('shcema', ['schema', 'scratch'])).toBe('schema')
  expect(suggestNearest('colour', ['schema', 'database'])).toBeUndefined()
})
