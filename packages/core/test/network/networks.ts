import { generateKeyPair } from '@libp2p/crypto/keys'
import type { NetworkInit } from '../../src/network/index.ts'
import { Libp2pNetwork } from '../../src/network/network.ts'
import { startAll, stopAll } from '../../src/util/index.ts'
import { memoryLogger } from '../helpers/memory-logger.ts'

export const SECRET = new Uint8Array(32).fill(7)

/** A network that runs on this machine, with what it has logged. */
export interface TestNetwork {
  net: Libp2pNetwork
  lines: string[]
  /** Its only address. */
  address: string
}

/** Networks of one test file; stop them all after each test. */
export class TestNetworks {
  readonly #running: Libp2pNetwork[] = []

  /** A network of the cluster on a free port. */
  async start(init: NetworkInit = {}): Promise<TestNetwork> {
    const { logger, lines } = memoryLogger()
    const pubsub = { heartbeatInterval: 200 }
    const defaults = { secret: SECRET, listenMultiaddress: ['/ip4/127.0.0.1/tcp/0'], pubsub }
    const components = { privateKey: await generateKeyPair('Ed25519'), logger }
    const net = new Libp2pNetwork(components, { ...defaults, ...init })
    this.#running.push(net)
    await startAll([net])
    return { net, lines, address: net.addresses()[0] ?? '' }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((net) => stopAll([net])))
  }
}
