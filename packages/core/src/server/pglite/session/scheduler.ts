/** One client's side of the queue. */
export interface Turn {
  /** Work that can run now. */
  readonly hasWork: boolean
  /** It has a transaction or an unfinished batch open: nobody else may run until that ends. */
  readonly holdsBackend: boolean
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
}

/** Gives the one backend to one client after the other; first come, first served, transactions whole. */
export class Scheduler {
  #owner: Turn | undefined
  readonly #waiting = new Set<Turn>()
  #running = false
  #continuation: NodeJS.Immediate | undefined
  #patience: NodeJS.Timeout | undefined
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
    this.#waiting.add(turn)
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
    this.#patience = undefined
  }

  #watchOwner(): void {
    const owner = this.#owner
    if (!owner || this.#waiting.size === 0 || this.#patience) return
    this.#patience = setTimeout(() => this.#options.onBlocked(owner, this.#waiting.size), this.#options.patience)
    this.#patience.unref()
  }

  #next(): Turn | undefined {
    if (this.#owner) return this.#waiting.has(this.#owner) ? this.#owner : undefined
    return this.#waiting.values().next().value
  }

  #run(): void {
    this.#running = true
    const end = performance.now() + sliceMilliseconds
    let turn = this.#next()
    while (turn) {
      this.#waiting.delete(turn)
      if (turn.hasWork) turn.runOne()
      // It did something: its patience starts anew.
      this.#calm()
      this.#setOwner(turn.holdsBackend ? turn : undefined)
      if (turn.hasWork) this.#waiting.add(turn)
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
