import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fail, ok, warn } from './finding.ts'
import type { Finding, Patient } from './finding.ts'

/** Milliseconds by which a file may be from the future. */
const TOLERANCE = 60_000

const ADVICE = 'Set the clock and keep it right, with NTP for instance: other peers judge by it who is alive.'

/**
 * Whether the clock can be right. Nobody is asked what time it is; but it is not before this program was installed, nor
 * before the files of the peer were written.
 */
export async function checkClock({ folder }: Patient): Promise<Finding[]> {
  const now = Date.now()
  const program = fileURLToPath(import.meta.url)
  for (const path of [program, folder.service, folder.identity, folder.peerstore]) {
    const written = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0
    if (written <= now + TOLERANCE) continue
    return [fail('clock', `it is ${new Date(now).toISOString()}, and ${path} is from a later time`, ADVICE)]
  }
  if ((await isSynchronized()) === false) {
    return [warn('clock', `${new Date(now).toISOString()}; the system says that nothing keeps it right`, ADVICE)]
  }
  return [ok('clock', new Date(now).toISOString())]
}

/** What systemd says; undefined where it is not there. */
async function isSynchronized(): Promise<boolean | undefined> {
  try {
    const { stdout } = await promisify(execFile)('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
      timeout: 2000
    })
    return stdout.trim() === '' ? undefined : stdout.trim() === 'yes'
  } catch {
    return undefined
  }
}
