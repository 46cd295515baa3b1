// Plans between random schemas: `node scripts/soak.mjs --help`.
import { runTypeScript } from './run-typescript.mjs'

await runTypeScript('test/pairs/soak/command.ts')
