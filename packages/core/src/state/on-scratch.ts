const concurrentlyRE = /^((?:create\s+(?:unique\s+)?|drop\s+|re)index)\s+concurrently\b/i
const bracketRE = /^(?:begin|start\s+transaction|commit|end)\b\s*(?:transaction|work)?\s*;?\s*$/i

/** A statement as it can run inside the one transaction of a scratch database; undefined for brackets, which fall away. */
export function forScratch(sql: string): string | undefined {
  return bracketRE.test(sql) ? undefined : sql.replace(concurrentlyRE, '$1')
}
