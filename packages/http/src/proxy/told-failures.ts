import { ClusterError } from '@ipfs-cluster/api'
import { MAX_TOLD_FAILURES } from './defaults.ts'

/** What went wrong with single items while others went well. Holds the first few; of the rest it knows the number. */
export class ToldFailures {
  readonly #messages: string[] = []
  #more = 0

  add(message: string): void {
    if (this.#messages.length < MAX_TOLD_FAILURES) this.#messages.push(message)
    else this.#more++
  }

  /** Throws when there were failures, with each as an error of its own. @throws AggregateError */
  throwEach(): void {
    const told = this.#all()
    if (told.length > 0) throw new AggregateError(told.map((message) => new ClusterError('ERR_IPFS', message)))
  }

  /** Throws when there were failures, with all of them in one message. @throws ClusterError */
  throwAsOne(): void {
    const told = this.#all()
    if (told.length > 0) throw new ClusterError('ERR_IPFS', told.map((message) => `${message}; `).join(''))
  }

  #all(): readonly string[] {
    return this.#more === 0 ? this.#messages : [...this.#messages, `and ${this.#more} more`]
  }
}
