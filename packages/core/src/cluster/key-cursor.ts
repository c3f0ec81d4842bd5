import { ClusterError } from '@ipfs-cluster/api'

/** Items that may come out of their order: some do where what is listed changes meanwhile. */
const MAX_LATE = 100_000

/**
 * A place in a list that comes in batches in the order of its keys. What comes later than its key says is put aside.
 * There is an item, or the list has to be waited for, or it is through.
 */
export class KeyCursor<T extends { readonly key: string }> {
  readonly late: T[] = []
  readonly #batches: AsyncIterator<readonly T[], unknown>
  #batch: readonly T[] = []
  #at = 0
  #last = ''
  #isDone = false

  constructor(batches: AsyncIterable<readonly T[]>) {
    this.#batches = batches[Symbol.asyncIterator]()
  }

  get item(): T | undefined {
    return this.#batch[this.#at]
  }

  get isDone(): boolean {
    return this.#isDone
  }

  /**
   * Waits for an item, or the end of the list.
   *
   * @throws what the list does, after which it is through, and ClusterError `ERR_BAD_ENCODING` when it has no order
   */
  async fill(): Promise<void> {
    while (this.item === undefined && !this.#isDone) {
      try {
        const next = await this.#batches.next()
        if (next.done === true) this.#isDone = true
        else this.#begin(next.value)
      } catch (err) {
        this.#isDone = true
        throw err
      }
    }
  }

  /** Goes on behind the item. */
  advance(): void {
    this.#last = this.item?.key ?? this.#last
    this.#at++
    this.#passLate()
  }

  /** Nobody waits for a list that hangs; it ends when it comes up with something. */
  leave(): void {
    void Promise.resolve(this.#batches.return?.()).catch(() => {})
  }

  #begin(batch: readonly T[]): void {
    this.#batch = batch
    this.#at = 0
    this.#passLate()
    if (this.late.length > MAX_LATE) throw new ClusterError('ERR_BAD_ENCODING', 'the list has no order')
  }

  #passLate(): void {
    for (let item = this.item; item !== undefined && item.key <= this.#last; item = this.item) {
      this.late.push(item)
      this.#at++
    }
  }
}
