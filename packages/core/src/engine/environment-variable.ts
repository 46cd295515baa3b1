// Per variable the value that we set, so that a restart of the server on another port replaces our own value only.
const ours = new Map<string, string>()

/** Sets `process.env[name]` for the app in this process, unless someone else has set it. Returns whether it holds our value. */
export function provideDatabaseUrl(name: string, url: string, environment: NodeJS.ProcessEnv = process.env): boolean {
  const present = environment[name]
  if (present !== undefined && present !== '' && present !== ours.get(name)) return present === url
  environment[name] = url
  ours.set(name, url)
  return true
}
