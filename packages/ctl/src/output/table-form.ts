import Table from 'cli-table3'
import type { Form } from './form.ts'
import { harmless } from './harmless.ts'
import type { Printer } from './printer.ts'

/** Rows that are laid out together. Those behind them get the same columns, or wider ones. */
const BATCH = 200

const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' }
}

/** Values as rows of a table, a head above them. */
export class TableForm implements Form {
  #head: readonly string[] = []
  #rows: (readonly string[])[] = []
  #widths: number[] = []
  #isHeadShown = false

  one<T>(printer: Printer<T>, value: T): string {
    const { table } = printer
    const before = table.head === this.#head ? '' : this.end()
    this.#head = table.head
    this.#rows.push(...table.rows(value).map((row) => row.map(harmless)))
    return before + (this.#rows.length >= BATCH ? this.flush() : '')
  }

  list<T>(printer: Printer<T>, values: readonly T[]): string {
    return values.map((value) => this.one(printer, value)).join('')
  }

  end(): string {
    const text = this.flush()
    this.#isHeadShown = false
    this.#widths = []
    return text
  }

  flush(): string {
    if (this.#rows.length === 0) return ''
    const rows = this.#isHeadShown ? this.#rows : [this.#head, ...this.#rows]
    this.#widths = this.#head.map((_, i) => Math.max(this.#widths[i] ?? 0, ...rows.map((row) => widthOf(row[i] ?? ''))))
    const table = new Table({
      chars: NO_LINES,
      colWidths: this.#widths,
      style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] }
    })
    table.push(...rows.map((row) => [...row]))
    this.#rows = []
    this.#isHeadShown = true
    return `${table.toString().replace(/ +$/gm, '')}\n`
  }
}

/** Characters of the longest line. */
function widthOf(cell: string): number {
  return Math.max(...cell.split('\n').map((line) => [...line].length))
}
