import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Processes whose command line or environment names the folder: what a peer left behind, for one. */
export function processesIn(folder: string): number[] {
  const all = execFileSync('ps', ['-A', '-o', 'pid='], { encoding: 'utf8' }).split('\n').map(Number)
  return all.filter((pid) => pid > 0 && pid !== process.pid && names(pid, folder))
}

/** Resolves when no process of the folder is left. */
export async function allEnded(folder: string): Promise<void> {
  while (processesIn(folder).length > 0) await sleep(20)
}

/** Ends all processes of the folder as a power cut would. */
export async function killAllIn(folder: string): Promise<void> {
  for (const pid of processesIn(folder)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself, as a child does whose parent has gone.
    }
  }
  await allEnded(folder)
}

function names(pid: number, folder: string): boolean {
  return ['cmdline', 'environ'].some((file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(folder)
    } catch {
      return false
    }
  })
}
