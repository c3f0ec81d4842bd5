/** Columns wider than this do not push the next one away. */
const WIDEST = 48

/** Lines of cells, each column as wide as it needs to be. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, { length }] of row.entries()) widths[i] = Math.min(Math.max(widths[i] ?? 0, length), WIDEST)
  }
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`
    )
    .join('')
}
