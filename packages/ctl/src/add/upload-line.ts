import { lstat } from 'node:fs/promises'
import type { UploadProgress } from '@ipfs-cluster/client'
import { humanSize } from '../output/humanize.ts'
import type { LiveLine } from '../output/live-line.ts'
import { isWebUrl } from './web.ts'

const BAR = 30

/** Tells how far an upload is: of what there is in all, where that is known before it is read. */
export class UploadLine {
  readonly #line: LiveLine
  readonly #total: number | undefined
  readonly #begun = performance.now()

  constructor(line: LiveLine, total: number | undefined) {
    this.#line = line
    this.#total = total
  }

  show({ name, bytes }: UploadProgress): void {
    this.#line.show(() => {
      const seconds = (performance.now() - this.#begun) / 1000
      const rate = `${sizeOf(seconds === 0 ? 0 : bytes / seconds)}/s`
      return `${this.#barOf(bytes)} ${rate} ${name}`
    })
  }

  #barOf(bytes: number): string {
    if (this.#total === undefined || this.#total === 0) return sizeOf(bytes)
    const part = Math.min(1, bytes / this.#total)
    const bar = '='.repeat(Math.round(part * BAR)).padEnd(BAR)
    return `[${bar}] ${Math.floor(part * 100)}% ${sizeOf(bytes)} of ${sizeOf(this.#total)}`
  }
}

function sizeOf(bytes: number): string {
  return humanSize(BigInt(Math.round(bytes)))
}

/** Bytes of some files; undefined when there are folders or URLs among them. */
export async function totalSize(paths: readonly string[]): Promise<number | undefined> {
  let total = 0
  for (const path of paths) {
    const stats = isWebUrl(path) ? undefined : await lstat(path).catch(() => undefined)
    if (stats?.isFile() !== true) return undefined
    total += stats.size
  }
  return total
}
