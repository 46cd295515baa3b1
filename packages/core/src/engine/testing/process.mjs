// A process with an engine of the project in argv[2], from the build: sends each state to its parent, closes on a signal.
import { closeOnSignals, createEngine } from '../../../dist/index.js'

const engine = createEngine({ root: process.argv[2] ?? '.' })
closeOnSignals(() => engine.close())
engine.on('state', (state) => process.send?.(state))
await engine.start()
