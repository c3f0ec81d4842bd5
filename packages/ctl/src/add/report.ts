import type { AddedOutput } from '@ipfs-cluster/api'
import type { Output } from '../output/output.ts'
import { addedPrinter, quietAddedPrinter } from '../output/pin.ts'

/** How the results of an add are printed. */
export interface ReportOptions {
  /** CIDs alone. */
  readonly quiet: boolean
  /** Only the last CID, at the end. */
  readonly quieter: boolean
  /** All at the end, in JSON as one list. */
  readonly noStream: boolean
}

/** Prints the results of an add as they come, or at the end. */
export class AddReport {
  readonly #output: Output
  readonly #options: ReportOptions
  readonly #kept: AddedOutput[] = []
  #last: AddedOutput | undefined

  constructor(output: Output, options: ReportOptions) {
    this.#output = output
    this.#options = options
  }

  /** What came last: the root of what was added. */
  get last(): AddedOutput | undefined {
    return this.#last
  }

  take(added: AddedOutput): void {
    this.#last = added
    if (this.#options.quieter) return
    if (this.#options.noStream) this.#kept.push(added)
    else this.#output.print(this.#printer, added)
  }

  /** To be called at the end, also at a bad one: what was added is told in any case. */
  finish(): void {
    const last = this.#last
    if (last === undefined || last.cid === null) return
    if (this.#options.noStream) this.#output.printAll(this.#printer, this.#options.quieter ? [last] : this.#kept)
    else if (this.#options.quieter) this.#output.print(this.#printer, last)
  }

  get #printer(): typeof addedPrinter {
    return this.#options.quiet || this.#options.quieter ? quietAddedPrinter : addedPrinter
  }
}
