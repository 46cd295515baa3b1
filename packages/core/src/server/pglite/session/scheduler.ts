/** One client's side of the queue. */
export interface Turn {
  /** Work that can run now. */
  readonly hasWork: boolean
  /** It has a transaction or an unfinished batch open: nobody else may run until that ends. */
  readonly holdsBackend: boolean
  /** Waits as long as it takes, and is never told that it waited too long. */
  readonly isPatient?: boolean
  /** Runs one piece of work to its end. */
  runOne(): void
}

// After this long, clients that wait on the event loop (new connections, cancel requests) get a look in.
const sliceMilliseconds = 8

export interface SchedulerOptions {
  /** How long others may wait for a client that does nothing in its transaction, in milliseconds. */
  patience: number
  /** Called once per transaction for which that was longer. */
  onBlocked(owner: Turn, waiting: number): void
  /** How long a client waits for such a one at most, in milliseconds: the two may wait for each other. */
  limit: number
  /** Called for each client that waited so long. */
  onStuck(turn: Turn, owner: Turn): void
}

/** Gives the one backend to one client after the other; first come, first served, transactions whole. */
export class Scheduler {
  #owner: Turn | undefined
  /** Since when each one waits; in their order. */
  readonly #waiting = new Map<Turn, number>()
  #running = false
  #continuation: NodeJS.Immediate | undefined
  #patience: NodeJS.Timeout | undefined
  #limit: NodeJS.Timeout | undefined
  /** When the owner last did something. */
  #active = 0
  readonly #options: SchedulerOptions

  constructor(options: SchedulerOptions) {
    this.#options = options
  }

  /** Nobody is in a transaction, nobody runs. */
  get isFree(): boolean {
    return !this.#owner && !this.#running
  }

  get owner(): Turn | undefined {
    return this.#owner
  }

  /** Says that `turn` has work; runs it at once when the backend is free. */
  submit(turn: Turn): void {
    if (!this.#waiting.has(turn)) this.#waiting.set(turn, performance.now())
    if (!this.#running && !this.#continuation) this.#run()
  }

  /** Forgets a client. Call it when its last work is done. */
  remove(turn: Turn): void {
    this.#waiting.delete(turn)
    if (this.#owner !== turn) return
    this.#setOwner(undefined)
    if (!this.#running && !this.#continuation) this.#run()
  }

  stop(): void {
    clearImmediate(this.#continuation)
    this.#continuation = undefined
    this.#waiting.clear()
    this.#setOwner(undefined)
  }

  #setOwner(owner: Turn | undefined): void {
    if (this.#owner === owner) return
    this.#owner = owner
    this.#calm()
  }

  #calm(): void {
    clearTimeout(this.#patience)
    clearTimeout(this.#limit)
    this.#patience = undefined
    this.#limit = undefined
  }

  #watchOwner(): void {
    const owner = this.#owner
    const [first] = [...this.#waiting].flatMap(([turn, since]) => (turn.isPatient ? [] : [since]))
    if (!owner || first === undefined) return
    this.#patience ??= setTimeout(() => {
      this.#options.onBlocked(owner, this.#waiting.size)
    }, this.#options.patience).unref()
    this.#limit ??= setTimeout(
      () => this.#giveUp(owner),
      Math.max(first, this.#active) + this.#options.limit - performance.now(),
    ).unref()
  }

  #giveUp(owner: Turn): void {
    this.#limit = undefined
    // Timers may fire a little early.
    const before = performance.now() - this.#options.limit + 10
    for (const [turn, since] of this.#waiting) {
      if (since > before || turn.isPatient) continue
      this.#waiting.delete(turn)
      this.#options.onStuck(turn, owner)
    }
    this.#watchOwner()
  }

  #next(): Turn | undefined {
    if (this.#owner) return this.#waiting.has(this.#owner) ? this.#owner : undefined
    return this.#waiting.keys().next().value
  }

  #run(): void {
    this.#running = true
    const end = performance.now() + sliceMilliseconds
    let turn = this.#next()
    while (turn) {
      this.#waiting.delete(turn)
      if (turn.hasWork) turn.runOne()
      // It did something: the patience of the others starts anew.
      this.#calm()
      this.#active = performance.now()
      this.#setOwner(turn.holdsBackend ? turn : undefined)
      if (turn.hasWork) this.#waiting.set(turn, performance.now())
      turn = this.#next()
      if (turn && performance.now() > end) {
        this.#continuation = setImmediate(() => {
          this.#continuation = undefined
          this.#run()
        })
        break
      }
    }
    this.#running = false
    this.#watchOwner()
  }
}
