import { isIP } from 'node:net'

/** Whether a connection string leads to this machine: a loopback address, `localhost`, or a Unix socket. */
export function isLocalUrl(url: string): boolean {
  const { hostname, searchParams } = new URL(url)
  // `?host=` overrides the host of the URL, in pg as in libpq.
  const host = (searchParams.get('host') ?? decodeURIComponent(hostname)).replace(/^\[|\]$/g, '')
  if (host === '' || host.startsWith('/') || host === 'localhost' || host.endsWith('.localhost')) return true
  switch (isIP(host)) {
    case 4:
      return host.startsWith('127.')
    case 6:
      return host === '::1' || /^::ffff:(?:127\.|7f)/i.test(host)
    default:
      return false
  }
}
