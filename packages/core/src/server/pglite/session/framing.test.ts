import { describe, expect, it } from 'vitest'
import { BackendScanner } from './backend-scanner.js'
import { FrontendReader, ProtocolViolation } from './frontend-reader.js'
import { backend, createMessage, createQuery, int32, syncMessage } from './messages.js'

/** The same bytes in pieces of every size up to their length. */
function* cuts(bytes: Buffer): Generator<Buffer[]> {
  for (let size = 1; size <= bytes.length; size++) {
    const pieces: Buffer[] = []
    for (let offset = 0; offset < bytes.length; offset += size) pieces.push(bytes.subarray(offset, offset + size))
    yield pieces
  }
}

describe('what a client sends', () => {
  const messages = [createQuery('SELECT 1'), syncMessage, createQuery('é'.repeat(20)), syncMessage]

  it('comes out in whole messages, however it is cut', () => {
    for (const pieces of cuts(Buffer.concat(messages))) {
      const reader = new FrontendReader()
      const read: string[] = []
      for (const piece of pieces) {
        reader.add(piece)
        for (let message = reader.nextMessage(); message; message = reader.nextMessage())
          read.push(message.toString('latin1'))
      }
      expect(read).toEqual(messages.map((message) => message.toString('latin1')))
    }
  })

  it.each([
    ['a type that is none', Buffer.from('?\0\0\0\x04')],
    ['a length that is too short', Buffer.from('Q\0\0\0\x03')],
    ['a length beyond a gigabyte', Buffer.from('Q\x7f\xff\xff\xff', 'latin1')],
  ])('is refused for %s', (_name, bytes) => {
    const reader = new FrontendReader()
    reader.add(bytes)
    expect(() => reader.nextMessage()).toThrow(ProtocolViolation)
  })
})

describe('what the backend writes', () => {
  const row = createMessage(backend.dataRow, Buffer.alloc(30, 'A'))
  const note = createMessage(backend.notification, int32(1), 'channel', 'payload')
  const tag = createMessage(backend.commandComplete, 'SELECT 2')
  const output = Buffer.concat([row, note, row, tag, note])

  it('is passed on without what is dropped and with what is put in its place, however it is cut', () => {
    const other = createMessage(backend.commandComplete, 'other')
    for (const pieces of cuts(output)) {
      const passed: Buffer[] = []
      const seen: number[] = []
      const scanner = new BackendScanner(
        (type) => {
          seen.push(type)
          return type === backend.notification ? 'drop' : other
        },
        (bytes) => passed.push(Buffer.from(bytes)),
      )
      for (const piece of pieces) scanner.add(piece)
      expect(Buffer.concat(passed)).toEqual(Buffer.concat([row, row, other]))
      expect(seen).toEqual([backend.notification, backend.commandComplete, backend.notification])
    }
  })
})
