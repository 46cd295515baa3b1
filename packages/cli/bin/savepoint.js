#!/usr/bin/env node
import { run } from '../dist/run.js'

const code = await run(process.argv.slice(2))
// Output to a pipe is asynchronous: leaving before it is written would cut it off.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
