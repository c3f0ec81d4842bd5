import type { ComponentLogger } from '../../src/util/index.ts'

/** Keeps what is logged, all levels but the lowest. */
export function memoryLogger(): { logger: ComponentLogger; lines: string[] } {
  const lines: string[] = []
  const keep = (message: string): void => void lines.push(message)
  return { lines, logger: { forComponent: () => ({ error: keep, warn: keep, info: keep, debug: () => {} }) } }
}
