/** A directed graph over numbered nodes; an edge says that one comes before the other. */
export class Graph {
  readonly #after: Set<number>[]
  readonly #indegree: number[]

  constructor(readonly size: number) {
    this.#after = Array.from({ length: size }, () => new Set())
    this.#indegree = Array.from({ length: size }, () => 0)
  }

  /** `before` comes before `after`. */
  add(before: number, after: number): void {
    if (before === after) return
    const set = this.#after[before]
    if (!set || set.has(after)) return
    set.add(after)
    this.#indegree[after] = (this.#indegree[after] ?? 0) + 1
  }

  successors(node: number): ReadonlySet<number> {
    return this.#after[node] ?? new Set()
  }

  /**
   * Kahn's algorithm with a heap: of the nodes that could come next, the one with the lowest rank does. Nodes of a cycle are
   * missing from the result. O((n + e) log n).
   */
  sort(ranks: readonly number[]): number[] {
    const heap = new Heap((node) => ranks[node] ?? 0)
    const open = [...this.#indegree]
    for (let node = 0; node < this.size; node++) if (open[node] === 0) heap.push(node)
    const sorted: number[] = []
    for (let node = heap.pop(); node !== undefined; node = heap.pop()) {
      sorted.push(node)
      for (const next of this.successors(node)) {
        const left = (open[next] ?? 0) - 1
        open[next] = left
        if (left === 0) heap.push(next)
      }
    }
    return sorted
  }

  /** Groups of nodes that can all reach each other, of more than one node: Tarjan's algorithm, without recursion. */
  cycles(): number[][] {
    const index = new Map<number, number>()
    const low = new Map<number, number>()
    const onStack = new Set<number>()
    const stack: number[] = []
    const cycles: number[][] = []
    for (let root = 0; root < this.size; root++) {
      if (index.has(root)) continue
      const work: { node: number; rest: Iterator<number> }[] = []
      const enter = (node: number): void => {
        index.set(node, index.size)
        low.set(node, index.size - 1)
        stack.push(node)
        onStack.add(node)
        work.push({ node, rest: this.successors(node).values() })
      }
      enter(root)
      for (let frame = work.at(-1); frame; frame = work.at(-1)) {
        const { node, rest } = frame
        const { value: next, done } = rest.next()
        if (!done) {
          if (!index.has(next)) enter(next)
          else if (onStack.has(next)) low.set(node, Math.min(low.get(node) ?? 0, index.get(next) ?? 0))
          continue
        }
        work.pop()
        const above = work.at(-1)?.node
        if (above !== undefined) low.set(above, Math.min(low.get(above) ?? 0, low.get(node) ?? 0))
        if (low.get(node) !== index.get(node)) continue
        const cycle: number[] = []
        for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
          onStack.delete(member)
          cycle.push(member)
          if (member === node) break
        }
        if (cycle.length > 1) cycles.push(cycle)
      }
    }
    return cycles
  }
}

class Heap {
  readonly #items: number[] = []
  constructor(readonly rank: (item: number) => number) {}

  push(item: number): void {
    const items = this.#items
    items.push(item)
    for (let at = items.length - 1; at > 0;) {
      const above = (at - 1) >> 1
      if (!this.#less(at, above)) break
      this.#swap(at, above)
      at = above
    }
  }

  pop(): number | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (items.length === 0 || last === undefined) return top
    items[0] = last
    for (let at = 0; ;) {
      let least = at
      for (const below of [2 * at + 1, 2 * at + 2]) if (below < items.length && this.#less(below, least)) least = below
      if (least === at) return top
      this.#swap(at, least)
      at = least
    }
  }

  #less(a: number, b: number): boolean {
    return this.rank(this.#items[a] ?? 0) < this.rank(this.#items[b] ?? 0)
  }

  #swap(a: number, b: number): void {
    const items = this.#items
    const item = items[a] ?? 0
    items[a] = items[b] ?? 0
    items[b] = item
  }
}
