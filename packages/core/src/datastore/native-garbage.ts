import { collectGarbage } from '../util/collect-garbage.ts'
import { MAX_NATIVE_GARBAGE } from './defaults.ts'

/**
 * What native objects still hold after their use. classic-level frees an iterator's last chunk and a batch's bytes with
 * the object in JavaScript that stands for them, and V8, to which that object is a few bytes, may take until there are
 * gigabytes. So the bytes are counted here, and from time to time V8 is asked to look.
 */
export class NativeGarbage {
  readonly #collect: () => void
  #bytes = 0

  constructor(collect: () => void = () => void collectGarbage('usual')) {
    this.#collect = collect
  }

  /** @param bytes - held by an object that has been given up */
  add(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes < MAX_NATIVE_GARBAGE) return
    this.#bytes = 0
    this.#collect()
  }
}
