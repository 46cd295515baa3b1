// Applies a directory in a process of its own, which kills itself after so many queries. For the tests of kills.
// Arguments: database URL, directory, format, queries to let through (0: all), and options as JSON.
import pg from 'pg'
import { applyMigrations, initDatabase, readDirectory } from '../../dist/index.js'

const [url, path, format, limit, options = '{}'] = process.argv.slice(2)
const parsed = JSON.parse(options)
if (parsed.init) {
  const { applied } = await initDatabase({ connectionString: url, migrations: path, format })
  process.stdout.write(`${applied.length}\n`)
} else {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  let count = 0
  const connection = {
    async query(text, values) {
      const result = await client.query(text, values)
      if (++count === Number(limit)) process.kill(process.pid, 'SIGKILL')
      return result
    },
  }
  // Who watches progress has every statement sent by itself.
  const watch = parsed.watch ? { onProgress() {} } : {}
  await applyMigrations(connection, readDirectory(path, { format }), { ...parsed, ...watch })
  await client.end()
}
