import type { Io, TextSink } from '@ipfs-cluster/cli-kit'
import { jsonForm, textForm } from './form.ts'
import type { Encoding, Form } from './form.ts'
import { harmlessOnTerminal } from './harmless.ts'
import { paintFor } from './paint.ts'
import type { Printer } from './printer.ts'

/** Prints values on standard output in the form that the user asked for. */
export class Output {
  readonly #sink: TextSink
  readonly #form: Form

  constructor(sink: TextSink, form: Form) {
    this.#sink = sink
    this.#form = form
  }

  /** One value. */
  print<T>(printer: Printer<T>, value: T): void {
    this.#write(this.#form.one(printer, value))
  }

  /** Values one after another as they come: in JSON, documents without a list around them. */
  async printEach<T>(printer: Printer<T>, values: AsyncIterable<T>): Promise<void> {
    for await (const value of values) this.print(printer, value)
  }

  /** The same for values that come slowly: each is shown when it comes, also in a form that collects some. */
  async printLive<T>(printer: Printer<T>, values: AsyncIterable<T>): Promise<void> {
    for await (const value of values) {
      this.print(printer, value)
      this.#write(this.#form.flush())
    }
  }

  /** Values that make one answer: in JSON, a list. */
  printAll<T>(printer: Printer<T>, values: readonly T[]): void {
    this.#write(this.#form.list(printer, values))
  }

  /** Text that is the same in every form. */
  raw(text: string): void {
    this.#sink.write(text)
  }

  /** Prints what the form has kept back. To be called at the end, also at a bad one. */
  end(): void {
    this.#write(this.#form.end())
  }

  #write(text: string): void {
    if (text !== '') this.#sink.write(text)
  }
}

/** The output of a program, in the form that the user asked for. */
export async function openOutput(io: Io, encoding: Encoding): Promise<Output> {
  const sink = harmlessOnTerminal(io.stdout)
  if (encoding === 'json') return new Output(sink, jsonForm)
  if (encoding === 'text') return new Output(sink, textForm(paintFor(io)))
  const { TableForm } = await import('./table-form.ts')
  return new Output(sink, new TableForm())
}
