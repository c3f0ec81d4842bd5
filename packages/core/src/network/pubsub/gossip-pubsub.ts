import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { TopicValidatorResult } from '@libp2p/gossipsub'
import type { GossipSub, GossipSubEvents, Message, TopicValidatorFn } from '@libp2p/gossipsub'
import type { AbortOptions } from '../../util/startable.ts'
import { EventBus } from '../../util/event-bus.ts'
import { messageOf } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { MAX_SEEN_MESSAGES } from '../defaults.ts'
import { FlowLimit } from '../flow-limit.ts'
import { MAX_MESSAGE_BYTES } from './gossip-options.ts'
import type { Pubsub, PubsubMessage, Topic } from './interface.ts'

/** Room for what surrounds the data of a message: sender, topic, signature. */
const MESSAGE_OVERHEAD = 1024

/**
 * What one neighbour may send us, in bytes of messages that we had not seen: some hundred times of what a large
 * cluster does. All that is let through is kept for a minute.
 */
const FLOW = { perSecond: 2 * 1024 * 1024, burst: 32 * 1024 * 1024 }

/** A subscription, of which one topic may have several. */
interface Subscription {
  handler: (message: PubsubMessage) => void
  accept: ((from: PeerId) => boolean) | undefined
}

/** Pubsub over gossipsub. Messages of topics that nobody here wants go no further than here, as in Go. */
export class GossipPubsub implements Pubsub {
  readonly #log: Logger
  readonly #flow: FlowLimit<PeerId>
  readonly #subscriptions = new Map<string, Set<Subscription>>()
  readonly #subscribers = new EventBus<Record<string, PeerId>>()
  #gossip: GossipSub | undefined
  #isEnding = false

  constructor(log: Logger, now: () => number) {
    this.#log = log
    this.#flow = new FlowLimit(FLOW, now)
  }

  topic(name: string): Topic {
    return {
      name,
      publish: (data, options) => this.#publish(name, data, options),
      subscribe: (handler, accept) => this.#subscribe(name, { handler, accept }),
      subscribers: () => this.#gossip?.getSubscribers(name).map(String) ?? [],
      onSubscriber: (listener) => this.#subscribers.on(name, listener)
    }
  }

  /** Begins to work through a host that has started; subscriptions from before are made up for. */
  attach(gossip: GossipSub): void {
    this.#gossip = gossip
    this.#isEnding = false
    boundSeen(gossip)
    gossip.addEventListener('message', (event) => this.#onMessage(event.detail))
    gossip.addEventListener('subscription-change', (event) => this.#onSubscriptionChange(event))
    gossip.topicValidators = new Validators((from, message) => this.#validate(from.toString(), message))
    for (const name of this.#subscriptions.keys()) gossip.subscribe(name)
  }

  /**
   * The host is about to stop, so subscriptions that end are not told of: neighbours would refuse us for ten seconds, and
   * for a minute more if we asked before, so that a peer that is only restarted would hear late of what others say.
   */
  end(): void {
    this.#isEnding = true
  }

  /** The host stops. Subscriptions are kept for the next one. */
  detach(): void {
    if (this.#gossip !== undefined) stopHeartbeat(this.#gossip)
    this.#gossip = undefined
  }

  /** The peer is no neighbour any more. */
  forget(peer: PeerId): void {
    this.#flow.forget(peer)
  }

  async #publish(name: string, data: Uint8Array, { signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    if (this.#gossip === undefined) throw new ClusterError('ERR_NOT_RUNNING', 'the network is not running')
    if (data.length > MAX_MESSAGE_BYTES - MESSAGE_OVERHEAD) {
      throw new ClusterError('ERR_BAD_REQUEST', `a message of ${data.length} bytes is too large for other peers`)
    }
    await this.#gossip.publish(name, data)
  }

  #subscribe(name: string, subscription: Subscription): () => void {
    const subscriptions = this.#subscriptions.get(name) ?? new Set()
    this.#subscriptions.set(name, subscriptions.add(subscription))
    if (subscriptions.size === 1) this.#gossip?.subscribe(name)
    return () => {
      if (!subscriptions.delete(subscription) || subscriptions.size > 0) return
      this.#subscriptions.delete(name)
      if (!this.#isEnding) this.#gossip?.unsubscribe(name)
    }
  }

  /**
   * Whether a message is taken and passed on. Its signature has been checked, but not who signed it: neighbours pass
   * on what others signed.
   */
  #validate(neighbour: PeerId, message: Message): TopicValidatorResult {
    const subscriptions = this.#subscriptions.get(message.topic)
    if (subscriptions === undefined || message.type !== 'signed') return TopicValidatorResult.Ignore
    const from = message.from.toString()
    const isAccepted = [...subscriptions].some(({ accept }) => accept?.(from) ?? true)
    if (!isAccepted) {
      this.#log.debug(`refused a message of ${from}, which is not trusted`)
      return TopicValidatorResult.Reject
    }
    if (this.#flow.take(neighbour, message.data.length + MESSAGE_OVERHEAD)) return TopicValidatorResult.Accept
    this.#log.debug(`passed over a message from ${neighbour}, which sends too many`)
    return TopicValidatorResult.Ignore
  }

  #onMessage(message: Message): void {
    if (message.type !== 'signed') return
    const from = message.from.toString()
    for (const { handler, accept } of this.#subscriptions.get(message.topic) ?? []) {
      if (accept?.(from) === false) continue
      try {
        handler({ from, data: message.data })
      } catch (err) {
        this.#log.error(`a message of ${from} on ${message.topic} could not be handled: ${messageOf(err)}`)
      }
    }
  }

  #onSubscriptionChange({ detail }: GossipSubEvents['subscription-change']): void {
    const peer = detail.peerId.toString()
    for (const { topic, subscribe } of detail.subscriptions) if (subscribe) this.#subscribers.emit(topic, peer)
  }
}

/**
 * libp2p remembers every message for half an hour, also those that are refused: somebody who sends many would fill the
 * memory. The oldest are forgotten, at the price of taking a message twice.
 */
function boundSeen(gossip: GossipSub): void {
  const { seenCache } = gossip as unknown as { seenCache: { entries: Map<string, unknown>; put(id: string): boolean } }
  const put = seenCache.put.bind(seenCache)
  seenCache.put = (id) => {
    for (const oldest of seenCache.entries.keys()) {
      if (seenCache.entries.size < MAX_SEEN_MESSAGES) break
      seenCache.entries.delete(oldest)
    }
    return put(id)
  }
}

/** libp2p forgets the timer of its next heartbeat when it stops, which keeps a process from ending for seconds. */
function stopHeartbeat(gossip: GossipSub): void {
  const { status } = gossip as unknown as { status: { heartbeatTimeout?: NodeJS.Timeout } }
  clearTimeout(status.heartbeatTimeout)
}

/** One validator for all topics, also for those that libp2p would take without one. */
class Validators extends Map<string, TopicValidatorFn> {
  readonly #validator: TopicValidatorFn

  constructor(validator: TopicValidatorFn) {
    super()
    this.#validator = validator
  }

  override get(): TopicValidatorFn {
    return this.#validator
  }
}
