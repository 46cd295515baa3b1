/** Middle of the runs, which a disturbed machine moves least. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Milliseconds of each of `count` runs of `act`, after one that does not count. */
export async function repeat(count, act) {
  await act()
  const times = []
  for (let run = 0; run < count; run++) {
    const started = performance.now()
    await act()
    times.push(performance.now() - started)
  }
  return times
}

/** Prints rows of equal keys as a table of aligned columns. */
export function printTable(rows) {
  const [first] = rows
  if (!first) return
  const keys = Object.keys(first)
  const cells = [keys, ...rows.map((row) => keys.map((key) => String(row[key])))]
  const widths = keys.map((_key, column) => Math.max(...cells.map((line) => line[column].length)))
  for (const line of cells)
    console.log(
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
        .join('  '),
    )
}

export const milliseconds = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
