export { catalogue, type DiagnosticCode } from './catalogue.js'
export { DiagnosticError, type Diagnostic, type Severity, type SourceLocation } from './diagnostic.js'
export { createFrame } from './frame.js'
