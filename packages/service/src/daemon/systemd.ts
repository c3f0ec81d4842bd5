import { execFile } from 'node:child_process'
import type { ExecFileException } from 'node:child_process'
import type { Logger } from '@ipfs-cluster/core/util'

/** Milliseconds that telling systemd may take. */
const PATIENCE = 10_000

/**
 * Tells systemd that the peer is ready, where systemd waits for that (`Type=notify`). Node has no datagram sockets of
 * the Unix domain, so it is systemd's own program that tells it, in the name of this process if it may.
 */
export function tellSystemd(env: Readonly<Record<string, string | undefined>>, log: Logger): void {
  const socket = env['NOTIFY_SOCKET'] ?? ''
  if (socket === '') return
  execFile('systemd-notify', ['--ready'], { env: { ...env }, timeout: PATIENCE }, (err, _stdout, stderr) => {
    if (err === null) log.debug('told systemd that the peer is ready')
    else log.warn(`cannot tell systemd that the peer is ready (${reasonOf(err, stderr)}): set Type=exec in its unit`)
  })
}

function reasonOf(err: ExecFileException, stderr: string): string {
  if (err.code === 'ENOENT') return 'there is no systemd-notify here'
  return stderr.trim() === '' ? err.message : stderr.trim()
}
