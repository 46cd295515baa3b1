export { applyStatePlan, countLosses, isAtState } from './apply.js'
export { describeCatalog, type DescribedObject, type DescribedSchema, type DescribedTable } from './describe.js'
export { parseDecisions, type MissingDecision } from './decisions.js'
export { openDevelopment, type DevelopmentOptions, type OpenDevelopment } from './development.js'
export { renderDiagram } from './diagram.js'
export { lintMigrations, type LintedMigration } from './lint.js'
export { listLost, type Lost } from './lost.js'
export { describeMigrateError } from './migrations.js'
export { readRepeatableScripts, type RepeatableScripts, type ScriptFile } from '../repeatable/scripts.js'
export { splitCatalog, type SchemaFile } from './split.js'
export { parseStateSpec, parseStateSpecs, type StateSpec } from './spec.js'
export {
  planStates,
  catalogToJson,
  printCatalog,
  readState,
  toStatements,
  type StateOptions,
  type StatePlan,
  type StateReading,
} from './states.js'
