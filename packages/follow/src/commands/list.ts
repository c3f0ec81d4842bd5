import { ClusterError, stringify } from '@ipfs-cluster/api'
import { bool, ExitError, writeOut } from '@ipfs-cluster/cli-kit'
import { ApiError } from '@ipfs-cluster/client'
import { loadIdentity } from '@ipfs-cluster/core/config'
import { ANSWER_LIMIT, followerClient } from '../api.ts'
import { doing, FollowCommand } from '../command.ts'
import { PROGRAM } from '../globals.ts'
import { formatItem } from '../pinset/item.ts'
import type { Item } from '../pinset/item.ts'
import { runningPinset } from '../pinset/running.ts'
import { findStore, storedPinset } from '../pinset/stored.ts'
import { unansweredPinset } from '../pinset/unanswered.ts'

export class List extends FollowCommand {
  static override summary = "list items in the peers' pinset"
  static override usage = ''
  static override flags = { json: bool({ summary: 'print a JSON object for each item' }) }
  static override description = `
Lists what the cluster has its followers pin. While the peer runs, each item
comes with its status here, such as "pinning"; else the list is read from disk,
and the status of all is "offline".
`

  async run(): Promise<void> {
    const { flags } = this.parse(List)
    await this.requireInitialized()
    const print = flags.json ? printJson : formatItem
    const show = (item: Item): Promise<void> => writeOut(this.context.stdout, `${print(item)}\n`)
    const failure = await this.#listRunning(show)
    if (failure !== undefined) await doing('error obtaining the pinset', () => this.#listStored(show, failure))
  }

  /** @returns why there is nothing to be had from the peer; undefined when there was */
  async #listRunning(show: (item: Item) => Promise<void>): Promise<unknown> {
    let listed = 0
    try {
      const client = followerClient(this.folder, this.context.env)
      await client.version({ signal: AbortSignal.timeout(ANSWER_LIMIT) })
      for await (const item of runningPinset(client)) {
        await show(item)
        listed++
      }
      return undefined
    } catch (err) {
      if (err instanceof ApiError) throw refusal(err)
      if (listed > 0) throw err
      return err
    }
  }

  async #listStored(show: (item: Item) => Promise<void>, failure: unknown): Promise<void> {
    const { location, unreadable } = await findStore(this.folder)
    const listed = location === undefined ? 0 : await this.#listStore(location, show, failure)
    if (listed === 0 && unreadable !== undefined) {
      this.context.stderr.write(
        `${unreadable} is of a Go peer and cannot be read here: "${PROGRAM} ${this.cluster} run" fetches the pinset anew\n`
      )
    }
  }

  /** @returns the number of items */
  async #listStore(location: string, show: (item: Item) => Promise<void>, failure: unknown): Promise<number> {
    const identity = await loadIdentity(this.folder.identity)
    let listed = 0
    try {
      for await (const { cid, name } of storedPinset(location, identity?.id ?? '')) {
        await show({ cid, name, status: 'offline', error: '' })
        listed++
      }
      return listed
    } catch (err) {
      if (err instanceof ClusterError && err.code === 'ERR_DATASTORE_LOCKED') {
        throw await unansweredPinset(location, failure)
      }
      throw err
    }
  }
}

function refusal(err: ApiError): ExitError {
  const text = `The Peer API seems to be running but returned with code ${err.status}`
  return new ExitError(`${err.message}\n${text}`, 1, { cause: err })
}

function printJson({ cid, name, status, error }: Item): string {
  return stringify({ cid: cid.toString(), name, status, error })
}
