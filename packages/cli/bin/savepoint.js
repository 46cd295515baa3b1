#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import { run } from '../dist/run.js'

const words = process.argv.slice(2)
// A command that ends in a second has nothing of an embedded Postgres that was optimised while it ran: compiling the hot
// functions anew is half of its processor time. Only the loop lives long enough.
if (words[0] !== 'dev') setFlagsFromString('--wasm-tiering-budget=200000000')

const code = await run(words)
// Output to a pipe is asynchronous: leaving before it is written would cut it off.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
