import type { GossipsubOpts } from '@libp2p/gossipsub'
import { DEFAULT_PUBSUB } from '../defaults.ts'
import type { NetworkInit } from '../interface.ts'
import { messageId } from '../message-id.ts'

/** Most bytes of one message with what surrounds it: Go peers break the stream of who sends more. */
export const MAX_MESSAGE_BYTES = 1024 * 1024

/** How long a message is remembered, so that it is not taken twice; fixed in Go, whatever its configuration says. */
const SEEN_TTL = 30 * 60_000

/** Unsent bytes at which a peer that takes nothing is given up. */
const MAX_UNSENT = 8 * 1024 * 1024

/** Most of anything in one message between neighbours; Go announces up to 10,000 messages at once. */
const MAX_ITEMS = 10_000

const RPC_LIMITS = {
  maxSubscriptions: MAX_ITEMS,
  maxMessages: MAX_ITEMS,
  maxIhaveMessageIDs: MAX_ITEMS,
  maxIwantMessageIDs: MAX_ITEMS,
  maxIdontwantMessageIDs: MAX_ITEMS,
  maxControlMessages: MAX_ITEMS,
  maxPeerInfos: 16
}

/**
 * Go peers do not judge one another. libp2p in JavaScript does by default, and would shun peers behind one IP address
 * or those that come back soon, so nothing is given a weight.
 */
const NO_SCORES = {
  scoreParams: { IPColocationFactorWeight: 0, behaviourPenaltyWeight: 0, decayInterval: 60_000, retainScore: 1 },
  scoreThresholds: { acceptPXThreshold: 0 }
}

/** GossipSub as Go peers of v1.1.6 speak it (spec: wire 4.7). */
export function gossipOptions({ pubsub = {}, followerMode = false }: NetworkInit): Partial<GossipsubOpts> {
  const { heartbeatInterval, dFactor, historyGossip, historyLength, floodPublish } = { ...DEFAULT_PUBSUB, ...pubsub }
  return {
    ...NO_SCORES,
    globalSignaturePolicy: 'StrictSign',
    msgIdFn: (message) => {
      if (message.type !== 'signed') throw new Error('an unsigned message has no identity')
      return messageId(message.from.toMultihash().bytes, message.sequenceNumber)
    },
    msgIdToStrFn: (id) => Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1'),
    emitSelf: false,
    allowPublishToZeroTopicPeers: true,
    fallbackToFloodsub: true,
    doPX: !followerMode,
    floodPublish,
    heartbeatInterval,
    D: 6 * dFactor,
    Dlo: 5 * dFactor,
    Dhi: 12 * dFactor,
    Dscore: 4 * dFactor,
    Dout: 2 * dFactor,
    Dlazy: 6 * dFactor,
    mcacheLength: historyLength,
    mcacheGossip: historyGossip,
    seenTTL: SEEN_TTL,
    maxInboundDataLength: MAX_MESSAGE_BYTES,
    maxOutboundBufferSize: MAX_UNSENT,
    decodeRpcLimits: RPC_LIMITS,
    // One message of a neighbour after the other: what it sends meanwhile waits.
    awaitRpcHandler: true,
    awaitRpcMessageHandler: true
  }
}
