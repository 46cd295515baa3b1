/** Report of the next save that `engine` applies; rejects when it ends in an error. */
export function nextSave(engine) {
  return new Promise((resolve, reject) => {
    const stop = engine.on('state', ({ status, report, diagnostics }) => {
      if (status === 'error') reject(new Error(JSON.stringify(diagnostics, null, 2)))
      if (status !== 'ready' || !report || report.applied.length === 0) return
      stop()
      resolve(report)
    })
  })
}
