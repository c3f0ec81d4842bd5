import { rm } from 'node:fs/promises'
import type { Pin } from '@ipfs-cluster/api'
import { bool, ExitError } from '@ipfs-cluster/cli-kit'
import { loadIdentity } from '@ipfs-cluster/core/config'
import { ipfsHttp } from '@ipfs-cluster/core/ipfs'
import { isRemotePin } from '@ipfs-cluster/core/pintracker'
import { StopSignals } from '@ipfs-cluster/daemon'
import { doing, FollowCommand } from '../command.ts'
import { PROGRAM } from '../globals.ts'
import { findStore, storedPinset } from '../pinset/stored.ts'
import { baseConfig, readSettings } from '../settings.ts'
import { followerConfig } from '../template/follower-config.ts'
import { readCopy } from '../template/load.ts'
import { unpinAll } from '../pinset/unpin.ts'

export class Leave extends FollowCommand {
  static override summary = 'stops following the cluster'
  static override usage = ''
  static override flags = {
    unpin: bool({ summary: 'have the IPFS node unpin what the cluster had it pin' }),
    yes: bool({ char: 'y', summary: 'really do it' })
  }
  static override description = `
Deletes the folder of the peer: its identity, its pinset, and its own IPFS node if
it has one. The peer must not be running.

What a Kubo has pinned for the cluster stays pinned unless --unpin is given. With
it everything that the cluster wanted here is unpinned, also what you or another
cluster that you follow have pinned too; the peer of that cluster pins it again.
`

  async run(): Promise<number> {
    const { flags } = this.parse(Leave)
    await this.requireInitialized()
    const { path } = this.folder
    if (!flags.yes) {
      throw new ExitError(
        `nothing was done: this deletes ${path}; run "${PROGRAM} ${this.cluster} leave --yes" to do it`
      )
    }
    using stop = new StopSignals(this.context.stderr)
    const lock = await this.lock(`the peer must be stopped before it can leave "${this.cluster}"`)
    try {
      if (flags.unpin) await this.#unpin(stop.signal)
      await doing(`deleting ${path}`, () => rm(path, { recursive: true, maxRetries: 3 }))
      this.tell(`Cluster "${this.cluster}" is no longer followed: ${path} was deleted.`)
      return 0
    } finally {
      await lock.release()
    }
  }

  async #unpin(signal: AbortSignal): Promise<void> {
    const { folder } = this
    const { env } = this.context
    const { ipfsNode } = await this.reading(() => readSettings(folder))
    // What its own node has pinned goes with the folder.
    if (ipfsNode?.enabled === true) return
    const { location, unreadable } = await findStore(folder)
    if (location === undefined) {
      if (unreadable !== undefined) throw unreadableStore(unreadable)
      return
    }
    const template = (await readCopy(folder, undefined))?.config ?? baseConfig()
    const { ipfshttp } = (await this.reading(() => followerConfig(template, { folder, env }))).ipfsConnector
    const peerId = (await this.reading(() => loadIdentity(folder.identity)))?.id ?? ''
    const ipfs = ipfsHttp(ipfshttp)({})
    try {
      const pins = pinsOf(peerId, storedPinset(location, peerId))
      const unpinned = await doing('unpinning; nothing was deleted', () => unpinAll(pins, ipfs, { signal }))
      this.tell(`Unpinned ${unpinned} items.`)
    } finally {
      await ipfs.stop?.()
    }
  }
}

/** Of a pinset, what falls to a peer. */
async function* pinsOf(peerId: string, pins: AsyncIterable<Pin>): AsyncGenerator<Pin, void, undefined> {
  for await (const pin of pins) if (!isRemotePin(pin, peerId)) yield pin
}

function unreadableStore(location: string): ExitError {
  return new ExitError(
    `${location} is of a Go peer, so it cannot be told what to unpin: "run" the peer once, which fetches the pinset, or ` +
      'leave without --unpin\nunpinning; nothing was deleted'
  )
}
