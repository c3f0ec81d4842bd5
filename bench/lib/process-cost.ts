import { readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100

/** The most memory that a process ever held, in MiB. Linux tells; elsewhere it is 0. */
export function peakMemory(pid: number | undefined): number {
  return Number(/VmHWM:\s+(\d+)/.exec(proc(pid, 'status'))?.[1] ?? 0) / 1024
}

/**
 * What a process and those that it started hold, in MiB: `VmRSS` with, `RssAnon` without the files that are mapped, whose
 * memory the system takes back when it needs it.
 */
export function memory(pid: number | undefined, field: 'VmRSS' | 'RssAnon' = 'VmRSS'): number {
  const own = Number(new RegExp(`${field}:\\s+(\\d+)`).exec(proc(pid, 'status'))?.[1] ?? 0) / 1024
  const children = proc(pid, `task/${pid}/children`).split(' ').filter(Boolean)
  return children.reduce((sum, child) => sum + memory(Number(child), field), own)
}

/** Time that a process has used of all cores; it tells more than speed where others work on the machine too. */
export function cpuSeconds(pid: number | undefined): number {
  const fields = proc(pid, 'stat').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND
}

function proc(pid: number | undefined, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
