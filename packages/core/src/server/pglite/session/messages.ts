/**
 * Messages of the Postgres wire protocol, version 3, as far as the session layer makes or reads them.
 * Source: https://www.postgresql.org/docs/18/protocol-message-formats.html
 */

export const frontend = {
  bind: 0x42, // B
  close: 0x43, // C
  describe: 0x44, // D
  execute: 0x45, // E
  functionCall: 0x46, // F
  flush: 0x48, // H
  parse: 0x50, // P
  query: 0x51, // Q
  sync: 0x53, // S
  terminate: 0x58, // X
  copyDone: 0x63, // c
  copyData: 0x64, // d
  copyFail: 0x66, // f
} as const

export const backend = {
  parseComplete: 0x31, // 1
  bindComplete: 0x32, // 2
  closeComplete: 0x33, // 3
  notification: 0x41, // A
  commandComplete: 0x43, // C
  dataRow: 0x44, // D
  error: 0x45, // E
  copyInResponse: 0x47, // G
  backendKeyData: 0x4b, // K
  notice: 0x4e, // N
  authentication: 0x52, // R
  parameterStatus: 0x53, // S
  rowDescription: 0x54, // T
  readyForQuery: 0x5a, // Z
} as const

/** What a connection sends before anything else, by the code in its first packet. */
export const startup = {
  protocol3: 196608,
  cancel: 80877102,
  ssl: 80877103,
  gssapi: 80877104,
} as const

export type TransactionStatus = 'I' | 'T' | 'E'

/** Frames `parts` as one message; strings get their closing zero byte. */
export function createMessage(type: number, ...parts: (string | Uint8Array)[]): Buffer {
  const bodies = parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part))
  const length = bodies.reduce((sum, body) => sum + body.length, 4)
  const message = Buffer.allocUnsafe(length + 1)
  message[0] = type
  message.writeInt32BE(length, 1)
  let offset = 5
  for (const body of bodies) {
    message.set(body, offset)
    offset += body.length
  }
  return message
}

export function int16(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(2)
  buffer.writeInt16BE(value)
  return buffer
}

export function int32(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(4)
  buffer.writeInt32BE(value)
  return buffer
}

export const createQuery = (sql: string): Buffer => createMessage(frontend.query, sql)

export const syncMessage = createMessage(frontend.sync)
export const copyFailMessage = createMessage(frontend.copyFail, 'no data was sent')
export const authenticationOk = createMessage(backend.authentication, int32(0))

export const createReadyForQuery = (status: TransactionStatus): Buffer =>
  createMessage(backend.readyForQuery, Buffer.from(status))

export const createParameterStatus = (name: string, value: string): Buffer =>
  createMessage(backend.parameterStatus, name, value)

export const createBackendKeyData = (processId: number, secret: number): Buffer =>
  createMessage(backend.backendKeyData, int32(processId), int32(secret))

export const createCommandComplete = (tag: string): Buffer => createMessage(backend.commandComplete, tag)

export interface ServerReport {
  severity: 'ERROR' | 'FATAL' | 'WARNING'
  /** SQLSTATE */
  code: string
  message: string
  detail?: string
  hint?: string
}

/** An ErrorResponse, or a NoticeResponse for a warning. */
export function createReport(report: ServerReport): Buffer {
  const fields = [`S${report.severity}`, `V${report.severity}`, `C${report.code}`, `M${report.message}`]
  if (report.detail) fields.push(`D${report.detail}`)
  if (report.hint) fields.push(`H${report.hint}`)
  return createMessage(report.severity === 'WARNING' ? backend.notice : backend.error, ...fields, '')
}

/** The fields of an ErrorResponse or NoticeResponse by their one-letter codes. */
export function readReport(message: Uint8Array): Record<string, string> {
  const fields: Record<string, string> = {}
  let offset = 5
  while (offset < message.length && message[offset] !== 0) {
    const end = message.indexOf(0, offset)
    const field = Buffer.from(message.buffer, message.byteOffset + offset, end - offset).toString()
    fields[field.slice(0, 1)] = field.slice(1)
    offset = end + 1
  }
  return fields
}

/** Reads the zero-terminated strings that start at `offset`; returns them and where the next byte is. */
export function readStrings(message: Buffer, offset: number, count: number): { strings: string[]; offset: number } {
  const strings: string[] = []
  for (let index = 0; index < count; index++) {
    const end = message.indexOf(0, offset)
    strings.push(message.toString('utf8', offset, end))
    offset = end + 1
  }
  return { strings, offset }
}
