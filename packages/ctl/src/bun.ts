/** The part of Bun that is used here; its own types would hide those of Node everywhere else. */
interface BunRuntime {
  readonly stdout: object
  readonly stderr: object
  /** A file by its path; `size` is 0 when there is none. */
  file(path: string): { readonly size: number }
  /** Resolves when all is written, or rejects with the error of the system call. */
  write(file: object, text: string): Promise<number>
}

/** Bun, when this runs on it: there `node:fs` and `node:tty` take milliseconds to load, of some ten for a whole run. */
export function bunRuntime(): BunRuntime | undefined {
  return (globalThis as { Bun?: BunRuntime }).Bun
}

/** Whether a file descriptor is a terminal. */
export function isTerminal(fd: number): boolean {
  return (bunRuntime() && askBun(fd)) ?? process.getBuiltinModule('node:tty').isatty(fd)
}

/** What `node:tty` would ask; undefined in a Bun that has it no more. */
function askBun(fd: number): boolean | undefined {
  const { binding } = process as { binding?: (name: 'tty_wrap') => { isTTY?: (fd: number) => boolean } }
  try {
    return binding?.('tty_wrap').isTTY?.(fd)
  } catch {
    return undefined
  }
}
