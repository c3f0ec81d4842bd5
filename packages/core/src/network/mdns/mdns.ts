import { randomBytes } from 'node:crypto'
import type { Multiaddr, PeerId } from '@ipfs-cluster/api'
import type { MulticastDNS } from 'multicast-dns'
import { messageOf } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { RepeatingTask } from '../../util/repeating-task.ts'
import type { Startable } from '../../util/startable.ts'
import type { KnownPeer } from '../peerstore-file.ts'
import type { AnyRecord } from './records.ts'
import { answerRecords, peersInRecords, SERVICE } from './records.ts'

/** What an {@link Mdns} needs. */
export interface MdnsInit {
  peerId: PeerId
  log: Logger
  /** Milliseconds between two questions. */
  interval: number
  /** Where this peer listens, each ending in `/p2p/<id>`. */
  addresses(): readonly Multiaddr[]
  /** Hears of a peer each time that it is told of. Which of them are of this cluster shows when they are called. */
  onPeer(known: KnownPeer): void
}

/**
 * Finds peers of the local network, and lets them find this one. A local network that cannot do this is no fault: peers
 * are known from elsewhere.
 */
export class Mdns implements Startable {
  readonly #init: MdnsInit
  readonly #instance = randomBytes(16).toString('hex')
  readonly #asking: RepeatingTask
  #dns: MulticastDNS | undefined

  constructor(init: MdnsInit) {
    this.#init = init
    this.#asking = new RepeatingTask({
      interval: init.interval,
      run: async () => this.#ask(),
      onError: (err) => init.log.debug(`asking the local network: ${messageOf(err)}`)
    })
  }

  async start(): Promise<void> {
    const { default: multicastDns } = await import('multicast-dns')
    const dns = multicastDns()
    this.#dns = dns
    const onError = (err: Error): void => this.#init.log.debug(`the local network cannot be asked: ${err.message}`)
    dns.on('error', onError)
    dns.on('warning', onError)
    dns.on('query', ({ questions }) => {
      if (questions.some(({ name }) => name === SERVICE)) this.#tell()
    })
    dns.on('response', ({ answers, additionals }) => this.#hear([...answers, ...additionals]))
    dns.on('ready', () => this.#tell())
    this.#asking.start()
  }

  async stop(): Promise<void> {
    await this.#asking.stop()
    this.#dns?.destroy()
    this.#dns = undefined
  }

  #ask(): void {
    this.#dns?.query({ questions: [{ name: SERVICE, type: 'PTR' }] })
  }

  #tell(): void {
    this.#dns?.respond(answerRecords(this.#instance, this.#init.addresses()))
  }

  #hear(records: readonly AnyRecord[]): void {
    for (const known of peersInRecords(records, this.#init.peerId)) this.#init.onPeer(known)
  }
}
