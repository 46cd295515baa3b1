import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { commands } from './commands.js'

const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')

// Said once at the top of the page for every command that has them.
const common = new Set(['config', 'env', 'help', 'debug'])

it.each(commands)('docs/cli.md says what $name takes', async ({ name, load }) => {
  const { command } = await load()
  const [group = '', verb] = name.split(' ')
  expect(page).toMatch(new RegExp(String.raw`\`savepoint ${group}${verb ? ` ${verb}` : ''}[ \`]`))
  for (const option of Object.keys(command.options)) if (!common.has(option)) expect(page).toContain(`--${option}`)
})
