import type { Metric, PeerId, Pin } from '@ipfs-cluster/api'
import { createIdentity } from '@ipfs-cluster/core/config'
import { encodeMetric, METRICS_TOPIC } from '@ipfs-cluster/core/monitor'
import type { Network } from '@ipfs-cluster/core/network'
import { network } from '@ipfs-cluster/core/network'
import { rpcClient, SERVICES } from '@ipfs-cluster/core/rpc'
import { startAll, stopAll } from '@ipfs-cluster/core/util'
import type { Peer } from './peer.ts'
import { until } from './until.ts'

/** Unix nanoseconds in a second. */
const SECOND = 1_000_000_000n

const SILENT = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }

/** One that has the secret and is in the swarm, but is no peer: it says and serves what the test wants it to. */
export class Stranger implements AsyncDisposable {
  readonly id: PeerId
  readonly #network: Network
  readonly #host: PeerId

  private constructor(net: Network, host: PeerId) {
    this.id = net.peerId
    this.#network = net
    this.#host = host
  }

  /** Connects to a peer. Its calls are answered under the protocol given. */
  static async join(peer: Peer, protocol: string): Promise<Stranger> {
    const { privateKey } = await createIdentity()
    const secret = Buffer.from(peer.env.CLUSTER_SECRET ?? '', 'hex')
    const net = network({ secret, listenMultiaddress: ['/ip4/127.0.0.1/tcp/0'], mdnsInterval: 0 })({
      privateKey,
      logger: { forComponent: () => SILENT }
    })
    await startAll([net])
    await net.handle(protocol, (stream) => stream.abort(new Error('nothing is said here')))
    net.pubsub.topic(METRICS_TOPIC).subscribe(() => {})
    return new Stranger(net, await net.connect(peer.swarmAddress))
  }

  get address(): string {
    const [address] = this.#network.addresses()
    if (address === undefined) throw new Error('it listens nowhere')
    return address
  }

  /** Tells that it is there, until some seconds from now on the clock of the tests. */
  async ping(secondsFromNow: number): Promise<void> {
    const topic = this.#network.pubsub.topic(METRICS_TOPIC)
    await until(async () => Promise.resolve(topic.subscribers().includes(this.#host)))
    const now = BigInt(Date.now()) * 1_000_000n
    const metric: Metric = {
      ...{ name: 'ping', peer: this.id, value: JSON.stringify({ peer_name: 'stranger' }) },
      ...{ expire: now + BigInt(secondsFromNow) * SECOND, valid: true, weight: 0n, partitionable: false },
      receivedAt: 0n
    }
    await topic.publish(encodeMetric(metric))
  }

  /** Puts a pin into the pinset as it is, as a trusted peer may. */
  async logPin(pin: Pin): Promise<void> {
    const client = rpcClient()({ peerId: this.id, network: this.#network })
    await client.call(this.#host, SERVICES.Consensus.LogPin, pin)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stopAll([this.#network])
  }
}
