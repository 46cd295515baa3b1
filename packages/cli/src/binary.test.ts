import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const binary = fileURLToPath(new URL('../bin/savepoint.js', import.meta.url))

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'savepoint-binary-'))
  writeFileSync(join(cwd, 'package.json'), '{}')
  writeFileSync(join(cwd, 'from.sql'), 'CREATE TABLE users (id int);\n')
  writeFileSync(join(cwd, 'to.sql'), 'CREATE TABLE users (id int, email text);\n')
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

function savepoint(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}

it('gives the exit codes 0, 1 and 2', async () => {
  expect(await savepoint('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^savepoint\/\d/) })
  expect(await savepoint('migrate', 'hash')).toMatchObject({ code: 1, stdout: '' })
  expect(await savepoint('shcema')).toMatchObject({ code: 2, stdout: '' })
})

it('prints the plan on standard output, ends, and leaves nothing in the folder', async () => {
  const { code, stdout, stderr } = await savepoint('schema', 'diff', '--from', 'from.sql', '--to', 'to.sql')
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'ALTER TABLE public.users ADD COLUMN email text;\n' })
  expect(stderr).toMatch(/planned in \d+ ms\n$/)
  // No colours for a program that reads.
  expect(stderr).not.toContain('\u001B')
  expect(readdirSync(cwd).sort()).toEqual(['from.sql', 'package.json', 'to.sql'])
})
