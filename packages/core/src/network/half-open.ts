import { MAX_HALF_OPEN_PER_HOST } from './defaults.ts'

/** Closes a connection that has not shown that it knows the secret. */
type Close = (reason: Error) => void

/**
 * Incoming connections that have not said anything we understand yet. A host may have some of them at once, as when
 * many peers behind one address come back; beyond, its oldest go, so that nobody can take all the places there are.
 */
export class HalfOpen {
  readonly #byHost = new Map<string, Set<Close>>()

  /** @returns a function to be called when the connection is no longer half open; it may be called again */
  add(host: string, close: Close): () => void {
    const ofHost = this.#byHost.get(host) ?? new Set()
    this.#byHost.set(host, ofHost.add(close))
    for (const oldest of ofHost) {
      if (ofHost.size <= MAX_HALF_OPEN_PER_HOST) break
      ofHost.delete(oldest)
      oldest(new Error('too many connections of its host say nothing'))
    }
    return () => {
      ofHost.delete(close)
      if (ofHost.size === 0 && this.#byHost.get(host) === ofHost) this.#byHost.delete(host)
    }
  }
}
