import { cidToText } from '@ipfs-cluster/api'
import { ALIVE_CHECK_INTERVAL } from './defaults.ts'
import { malformed } from './kubo-error.ts'
import type { CID } from 'multiformats/cid'
import type { AbortOptions } from '../util/startable.ts'
import type { KuboRpc } from './kubo-rpc.ts'

export interface PinnerInit {
  /** Milliseconds without progress after which a pin fails; 0: never. */
  pinTimeout: number
  /** Rejects when the node does not answer. */
  isAlive(): Promise<void>
}

interface PinAddAnswer {
  Pins?: string[] | null
  Progress?: number
}

/** Makes a node pin, which may take days: what counts is not how long it takes but that it goes on. */
export class Pinner {
  readonly #rpc: KuboRpc
  readonly #init: PinnerInit

  constructor(rpc: KuboRpc, init: PinnerInit) {
    this.#rpc = rpc
    this.#init = init
  }

  /** Pins, fetching what is missing. The node says every half second how many blocks it has. */
  async add(
    cid: string,
    maxDepth: number,
    options: AbortOptions & { onProgress?(blocks: number): void }
  ): Promise<void> {
    const depth = maxDepth > 0 ? `max-depth=${maxDepth}&` : ''
    const path = `pin/add?arg=${cid}&${depth}recursive=${maxDepth !== 0}&progress=true`
    const timeout = { milliseconds: this.#init.pinTimeout, setting: 'pin_timeout: time without progress' }
    const limit = this.#rpc.limit(path, { ...options, timeout })
    let progress = 0
    let isPinned = false
    const onObject = ({ Pins, Progress = 0 }: PinAddAnswer): void => {
      isPinned ||= Boolean(Pins)
      if (Progress <= progress) return
      progress = Progress
      limit.restart()
      options.onProgress?.(progress)
    }
    try {
      await this.#rpc.each<PinAddAnswer>(path, onObject, { limit })
    } finally {
      limit.dispose()
    }
    if (!isPinned) throw malformed(path, 'it ended without a word that the pin is there')
  }

  /**
   * Pins what differs from another pin, which stays. The node does not say how far it is, so it may take as long as the
   * node answers anything else.
   */
  async update(from: CID, to: CID, options: AbortOptions): Promise<void> {
    const path = `pin/update?arg=${cidToText(from)}&arg=${cidToText(to)}&unpin=false`
    const limit = this.#rpc.limit(path, { ...options, timeout: { milliseconds: 0 } })
    const check = (): void => void this.#init.isAlive().catch((err: unknown) => limit.abort(err))
    const timer = setInterval(check, this.#init.pinTimeout || ALIVE_CHECK_INTERVAL)
    try {
      await this.#rpc.bytes(path, { limit })
    } finally {
      clearInterval(timer)
      limit.dispose()
    }
  }
}
