import { readStrings } from './messages.js'

export interface StartupParameters {
  user: string
  database: string
  /** Settings for the session, `options=-c …` included. */
  settings: Map<string, string>
}

/** Reads a StartupMessage (length and protocol code in front). */
export function readStartupPacket(packet: Buffer): StartupParameters {
  let user = ''
  let database = ''
  let options = ''
  const settings = new Map<string, string>()
  let offset = 8
  while (offset < packet.length && packet[offset] !== 0) {
    const { strings, offset: next } = readStrings(packet, offset, 2)
    const [name = '', value = ''] = strings
    offset = next
    if (name === 'user') user = value
    else if (name === 'database') database = value
    else if (name === 'options') options = value
    else if (name !== 'replication' && !name.startsWith('_pq_.')) settings.set(name, value)
  }
  // Settings of the packet win over those in `options`, as in Postgres.
  return { user, database: database || user, settings: new Map([...parseOptions(options), ...settings]) }
}

/**
 * `-c name=value` and `--name=value`; a backslash takes the next character as it stands.
 * Source: https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-CONNECT-OPTIONS
 */
export function parseOptions(options: string): Map<string, string> {
  const words: string[] = []
  for (const match of options.matchAll(/(?:\\.|[^\s\\])+/gs)) words.push(match[0].replaceAll(/\\(.)/gs, '$1'))
  const settings = new Map<string, string>()
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    let assignment: string | undefined
    if (word === '-c') assignment = words[++index]
    else if (word.startsWith('-c')) assignment = word.slice(2)
    else if (word.startsWith('--')) assignment = word.slice(2)
    const equals = assignment?.indexOf('=') ?? -1
    if (assignment === undefined || equals < 1) continue
    settings.set(assignment.slice(0, equals).replaceAll('-', '_'), assignment.slice(equals + 1))
  }
  return settings
}
