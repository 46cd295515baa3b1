// Runs other tools' schema pairs through the planner: `node scripts/pairs.mjs --help`.
import { runTypeScript } from './run-typescript.mjs'

await runTypeScript('test/pairs/command.ts')
