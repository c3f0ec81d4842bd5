const WIDTH = 32

/** Milliseconds between two lines where the bar cannot be redrawn. */
const LINE_INTERVAL = 500

/** A bar that is redrawn on a terminal; elsewhere a line now and then. */
export class ProgressBar {
  readonly #total: number
  readonly #stream: NodeJS.WriteStream
  readonly #started = performance.now()
  #done = 0
  #drawn = -1
  #drawnAt = performance.now()

  constructor(total: number, stream: NodeJS.WriteStream = process.stdout) {
    this.#total = total
    this.#stream = stream
    if (stream.isTTY) this.#draw()
  }

  add(bytes: number): void {
    this.set(this.#done + bytes)
  }

  /** How much is done altogether. */
  set(bytes: number): void {
    this.#done = Math.min(bytes, this.#total)
    if (this.#stream.isTTY || performance.now() - this.#drawnAt > LINE_INTERVAL) this.#draw()
  }

  finish(): void {
    this.#done = this.#total
    this.#draw()
    if (this.#stream.isTTY) this.#stream.write('\n')
  }

  #draw(): void {
    const share = this.#total === 0 ? 1 : this.#done / this.#total
    const step = Math.floor(share * 200)
    if (step === this.#drawn) return
    this.#drawn = step
    this.#drawnAt = performance.now()
    const filled = Math.round(share * WIDTH)
    const rate = this.#done / Math.max(0.001, (performance.now() - this.#started) / 1000)
    const bar = `  [${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`
    const line = `${bar}  ${formatBytes(this.#done)} of ${formatBytes(this.#total)}, ${formatBytes(rate)}/s`
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[K${line}` : `${line}\n`)
  }
}

/** A size for people, in steps of 1,000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`
}
