/**
 * For a process that is ours (the command line): Ctrl-C and a polite kill first end what runs, then the process, by the
 * same signal, so that the shell sees what happened. A second signal does not wait. Never call it inside a bundler, whose
 * process is not ours.
 *
 * @returns a function that takes the handlers away again
 */
export function closeOnSignals(close: () => Promise<void>): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const remove = (): void => {
    for (const signal of signals) process.off(signal, onSignal)
  }
  function onSignal(signal: NodeJS.Signals): void {
    remove()
    close()
      .catch((error: unknown) => console.error('[savepoint] closing failed', error))
      .finally(() => process.kill(process.pid, signal))
  }
  for (const signal of signals) process.on(signal, onSignal)
  return remove
}
