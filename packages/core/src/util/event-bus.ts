/** Tells those who asked what happens inside a component. `Events` maps each name to what is told. */
export interface EventSource<Events extends object> {
  /** @returns a function that ends the subscription */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void
}

/**
 * A small typed event emitter. Listeners are called at once, in the order in which they came; one that throws does
 * not keep the others from hearing.
 *
 * @example
 * const bus = new EventBus<{ ready: { ipfsId: string } }>()
 * const off = bus.on('ready', ({ ipfsId }) => console.log(ipfsId))
 * bus.emit('ready', { ipfsId: 'Qm...' })
 * off()
 */
export class EventBus<Events extends object> implements EventSource<Events> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>()
  readonly #onError: (error: unknown) => void

  /** @param onError - hears what listeners throw; by default it goes nowhere */
  constructor(onError: (error: unknown) => void = () => {}) {
    this.#onError = onError
  }

  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    // Each subscription is its own, even with the same function.
    const own = (event: Events[Name]): void => listener(event)
    listeners.add(own)
    return () => {
      listeners.delete(own)
    }
  }

  /** Whether anybody would hear: lets callers save the making of an event. */
  hasListeners(name: keyof Events): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        ;(listener as (event: Events[Name]) => void)(event)
      } catch (err) {
        this.#onError(err)
      }
    }
  }
}
