import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isMissing, sharedFolder } from '../../../../test/support/requirement.js'
import { readDirectory } from '../directory/directory.js'
import { findSumMismatch, renderDirectorySum, validateDirectory } from '../directory/checksum.js'
import { parseSum, serialiseSum } from './sum.js'
import { renderMismatch } from './validate.js'

const recorded = join(sharedFolder, 'fixtures/atlas-sum')

function readFiles(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name)
        return [path.slice(folder.length + 1), readFileSync(path, 'utf8')]
      }),
  )
}

const sumOf = (files: Record<string, string>, format = 'atlas'): string =>
  renderDirectorySum(readDirectory({ files }, { format: format === 'liquibase' ? 'atlas' : format }))

const mismatchOf = (files: Record<string, string>, format: string) =>
  findSumMismatch(readDirectory({ files }, { format: format === 'liquibase' ? 'atlas' : format }))

const folders = isMissing('shared')
  ? []
  : readdirSync(recorded, { withFileTypes: true }).filter((entry) => entry.isDirectory())

describe.skipIf(isMissing('shared')).each(folders.map(({ name }) => name))(
  'recorded directory %s [needs shared]',
  (folder) => {
    const format = folder.split('__')[1] ?? ''
    const path = join(recorded, folder)
    const files = readFiles(path)
    const text = files['atlas.sum'] ?? ''
    const lines = parseSum(text)?.lines ?? []

    it('hashes to the recorded bytes', () => {
      const fromDisk = readDirectory(path, { format: format === 'liquibase' ? 'atlas' : format })
      expect(renderDirectorySum(fromDisk)).toBe(text)
      expect(sumOf(files, format)).toBe(text)
      expect(() => validateDirectory(fromDisk)).not.toThrow()
    })

    it('is written again as it was read', () => {
      const sum = parseSum(text)
      expect(sum && serialiseSum(sum)).toBe(text)
    })

    it.each(lines.map(({ name }, index) => [index + 2, name] as const))(
      'names line %i when %s changes or goes',
      (line, name) => {
        const edited = mismatchOf({ ...files, [name]: `${files[name]} ` }, format)
        expect(edited).toMatchObject({ line, name, reason: 'edited', error: 'checksum mismatch' })
        const { [name]: _gone, ...rest } = files
        expect(mismatchOf(rest, format)).toMatchObject({ line, name, reason: 'removed' })
      },
    )

    it('names the line behind the last one when a file is added', () => {
      const name = format === 'golang-migrate' ? 'zzz.up.sql' : 'zzz.sql'
      expect(mismatchOf({ ...files, [name]: 'SELECT 1;\n' }, format)).toMatchObject({
        line: lines.length + 2,
        reason: 'added',
      })
    })

    it.each(lines.filter(({ name }) => files[name]?.includes('\n')).map(({ name }) => name))(
      'sees CRLF in %s',
      (name) => {
        const mismatch = mismatchOf({ ...files, [name]: (files[name] ?? '').replaceAll('\n', '\r\n') }, format)
        expect(mismatch?.explanation).toBe(`Only line ends differ: CRLF instead of LF in ${name}.`)
        expect(mismatch?.fix).toContain('*.sql -text')
      },
    )

    it('passes over what is no member', () => {
      const outside = Object.keys(files).filter(
        (name) => name !== 'atlas.sum' && !lines.some((line) => line.name === name),
      )
      const changed = Object.fromEntries(outside.map((name) => [name, `${files[name]}\nSELECT 2;\n`]))
      expect(sumOf({ ...files, ...changed }, format)).toBe(text)
    })
  },
)

describe('atlas.sum', () => {
  it('is one line for a directory without members', () => {
    expect(sumOf({ '1.SQL': 'SELECT 1;' })).toBe('h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n')
  })

  it('does not take a CRLF line for the ignore directive', () => {
    expect(sumOf({ '1.sql': '-- atlas:sum ignore\r\nSELECT 1;\n' })).toMatchInlineSnapshot(`
      "h1:U3jwP+ISxrH5R7EjPTwjAk0dq422gRZEhqBPkM+eH14=
      1.sql h1:FBWya/uElG1byBZScKD01cwEdjgPlw3xJ3jeBvgNfHc=
      "
    `)
    expect(sumOf({ '1.sql': '-- atlas:sum ignore\nSELECT 1;\n' }).split('\n')).toHaveLength(2)
  })

  it('lets an ignored file’s name count and its content not', () => {
    const create = 'CREATE TABLE t (id int);\n'
    const ignored = '-- atlas:sum ignore\nSELECT 1;\n'
    expect(sumOf({ '1.sql': create, '2.sql': ignored, '3.sql': 'SELECT 2;\n' })).toBe(
      'h1:zeNqtcp6tpzeaUnq02cOVbXPA8p8Prjg0THD/InspzE=\n1.sql h1:L1BTf0h+lklwNaBOuclwZr2fHd1Vn5RT3qiX6yjJTOM=\n3.sql h1:SRnq4FR9kUJRfqLEZbEtfNBD5DlmybraVMkHEu3EOEA=\n',
    )
  })

  it('walks a flyway tree and orders by version, a baseline before', () => {
    const files = {
      'V1_5__x.sql': 'SELECT 15;\n',
      'V2__b.sql': 'SELECT 2;\n',
      'sub/V10__d.sql': 'SELECT 10;\n',
      'R__v.sql': 'SELECT 0;\n',
    }
    expect(sumOf(files, 'flyway')).toBe(
      'h1:iw6QULaC0wNq9CBVPUAejxqAqWBWfbJD7uwfGWDqJOM=\nV1_5__x.sql h1:81zMtws6zcPLPwwSVBegSQsRqCGWDnoQBhl5rYfHVpk=\nV2__b.sql h1:TokzlkvNF16HMFJFSr7qWUa47P+2xZ2aWzfTJz71E7Q=\nsub/V10__d.sql h1:fFN5Vw1v2N0eUIbEfQaoBIrfqjhMN9OEP83jluGIZhA=\nR__v.sql h1:hADEuZnlc/H2UJLdV+aY1fC391d3FDaDhql4NTi1K+Q=\n',
    )
    const based = {
      'B2__base.sql': 'SELECT 2;\n',
      'V3__c.sql': 'SELECT 3;\n',
      'sub/V10__d.sql': 'SELECT 10;\n',
      'R__v.sql': 'SELECT 0;\n',
      'U3__c.sql': 'x',
    }
    expect(sumOf(based, 'flyway')).toBe(
      'h1:qEwvLQHEW5s5g4xyKp7aoHzh0E9HR0Xjzy6RFXm9IDM=\nB2__base.sql h1:vISo5GJZ7aNGL54jYJYcIQjSQoLD1I+5tDheH/03Ofk=\nV3__c.sql h1:N4u28o/DeodnT6QFT3D+oLM2Bg2mGcZwBU2uZItpNEo=\nR__v.sql h1:5Ve4KxOHZfQuaT81IORo7IGIWWoTBJN/w94fV0U3aGs=\n',
    )
  })

  it('may be absent only where nothing would stand in it', () => {
    expect(findSumMismatch(readDirectory({ files: {} }))).toBeUndefined()
    expect(findSumMismatch(readDirectory({ files: { '1.sql': '' } }))?.error).toBe('checksum file not found')
  })

  it('explains the markers of a merge', () => {
    const sum = 'h1:x\n<<<<<<< ours\n1.sql h1:y\n=======\n>>>>>>> theirs\n'
    const mismatch = findSumMismatch(readDirectory({ files: { '1.sql': '', 'atlas.sum': sum } }))
    expect(mismatch?.error).toBe('checksum file format invalid')
    expect(mismatch?.explanation).toContain('merge conflict')
    expect(mismatch?.fix).toContain('savepoint migrate rebase')
  })

  it('reports a mismatch in Atlas’s words', () => {
    const text = sumOf({ '1.sql': 'SELECT 1;\n' })
    const mismatch = findSumMismatch(readDirectory({ files: { '1.sql': 'SELECT 2;\n', 'atlas.sum': text } }))
    expect(mismatch && renderMismatch(mismatch, 'atlas')).toBe(
      "You have a checksum error in your migration directory.\n\n\tL2: 1.sql was edited\n\nPlease check your migration files and run 'atlas migrate hash' to re-hash the contents\n\n",
    )
  })

  it('takes a CRLF atlas.sum', () => {
    const files = { '1.sql': 'SELECT 1;\n' }
    const text = sumOf(files).replaceAll('\n', '\r\n')
    expect(findSumMismatch(readDirectory({ files: { ...files, 'atlas.sum': text } }))).toBeUndefined()
  })
})
