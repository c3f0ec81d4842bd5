import { PassThrough } from 'node:stream'
import type { Outcome } from '../../ctl/test/replay.ts'
import { runFollow } from '../src/run-follow.ts'

/** Runs the program in this process, on streams and an environment of its own. */
export async function runHere(argv: readonly string[], env: Record<string, string>): Promise<Outcome> {
  let [stdout, stderr] = ['', '']
  const stdin = Object.assign(new PassThrough().end(), { isTTY: false })
  const status = await runFollow(argv, {
    env,
    stdin,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) }
  })
  return { status, stdout, stderr }
}
