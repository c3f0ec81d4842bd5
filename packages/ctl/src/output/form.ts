import { stringify } from '@ipfs-cluster/api'
import type { JsonValue } from '@ipfs-cluster/api'
import { PLAIN } from './paint.ts'
import type { Paint } from './paint.ts'
import type { Printer } from './printer.ts'

/** Forms of the output. */
export const ENCODINGS = ['text', 'json', 'table'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** How values become text. A form may keep some back until there are enough of them. */
export interface Form {
  one<T>(printer: Printer<T>, value: T): string
  /** Values that make one answer. */
  list<T>(printer: Printer<T>, values: readonly T[]): string
  /** What was kept back; more of the same follows. */
  flush(): string
  /** What was kept back; what follows has nothing to do with it. */
  end(): string
}

/** The text of the Go release, in colours if the paint has any. */
export function textForm(paint: Paint = PLAIN): Form {
  return {
    one: (printer, value) => printer.text(value, paint),
    list: (printer, values) => values.map((value) => printer.text(value, paint)).join(''),
    flush: () => '',
    end: () => ''
  }
}

/** Documents one after another; what makes one answer is a list. */
export const jsonForm: Form = {
  one: (printer, value) => formatJson(printer.json(value)),
  list: (printer, values) => formatJson(values.map((value) => printer.json(value))),
  flush: () => '',
  end: () => ''
}

/** A document as the Go release indents it. */
export function formatJson(value: JsonValue): string {
  return `${stringify(value, 4)}\n`
}
