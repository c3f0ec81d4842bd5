import { stringify } from '@ipfs-cluster/api'
import type { JsonValue } from '@ipfs-cluster/api'
import type { TextSink } from '@ipfs-cluster/cli-kit'
import type { Printer } from './printer.ts'

/** Forms of the output. */
export type Encoding = 'text' | 'json'

/** Prints values on standard output in the form that the user asked for. */
export class Output {
  readonly #sink: TextSink
  readonly #encoding: Encoding

  constructor(sink: TextSink, encoding: Encoding) {
    this.#sink = sink
    this.#encoding = encoding
  }

  /** One value. */
  print<T>(printer: Printer<T>, value: T): void {
    this.#sink.write(this.#encoding === 'json' ? formatJson(printer.json(value)) : printer.text(value))
  }

  /** Values one after another as they come: in JSON, documents without a list around them. */
  async printEach<T>(printer: Printer<T>, values: AsyncIterable<T>): Promise<void> {
    for await (const value of values) this.print(printer, value)
  }

  /** Values that make one answer: in JSON, a list. */
  printAll<T>(printer: Printer<T>, values: readonly T[]): void {
    if (this.#encoding === 'json') this.#sink.write(formatJson(values.map((value) => printer.json(value))))
    else for (const value of values) this.#sink.write(printer.text(value))
  }

  /** Text that is the same in every form. */
  raw(text: string): void {
    this.#sink.write(text)
  }
}

/** A document as the Go release indents it. */
export function formatJson(value: JsonValue): string {
  return `${stringify(value, 4)}\n`
}
