import { execFileSync } from 'node:child_process'
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Whether this user may mount a disk, which a {@link SmallDisk} is. */
export const canMount: boolean = process.platform === 'linux' && process.getuid?.() === 0

/** A disk of a few megabytes at a folder, which can be filled to the last byte. Gone when its scope ends. */
export class SmallDisk implements Disposable {
  readonly path: string
  readonly #ballast: string

  constructor(path: string, megabytes: number) {
    this.path = path
    this.#ballast = join(path, 'ballast')
    mkdirSync(path, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path])
  }

  /** Fills what is left but for so many bytes. */
  fill(left = 0): void {
    const file = openSync(this.#ballast, 'a')
    try {
      for (let size = 1 << 20; size > 0; size >>= 1) {
        while (isWritten(file, size));
      }
      if (left > 0) ftruncateSync(file, fstatSync(file).size - left)
    } finally {
      closeSync(file)
    }
  }

  /** Frees what {@link SmallDisk.fill} took. */
  free(): void {
    rmSync(this.#ballast, { force: true })
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['--lazy', this.path])
  }
}

function isWritten(file: number, size: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(size)) === size
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw err
  }
}
