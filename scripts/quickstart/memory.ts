import { readdirSync, readFileSync } from 'node:fs'

/** What some processes and their children take together. */
export interface MemoryUse {
  bytes: number
  processes: number
}

/**
 * Memory of processes and their children, with pages that several share counted once.
 *
 * @returns nothing where the system does not tell, as on macOS
 */
export function memoryOf(pids: readonly number[]): MemoryUse | undefined {
  try {
    const all = withChildren(pids)
    return { bytes: all.reduce((sum, pid) => sum + proportionalSize(pid), 0), processes: all.length }
  } catch {
    return undefined
  }
}

function withChildren(pids: readonly number[]): number[] {
  const parents = new Set(pids)
  const running = readdirSync('/proc').map(Number).filter(Boolean)
  return running.filter((pid) => parents.has(pid) || parents.has(parentOf(pid)))
}

/** 0 when the process has ended meanwhile. */
function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

function proportionalSize(pid: number): number {
  const kibibytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
  if (kibibytes === undefined) throw new Error('the system does not tell')
  return Number(kibibytes) * 1024
}
