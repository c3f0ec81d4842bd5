import { cidFromBytes, peerIdFromBytes, Time } from '@ipfs-cluster/api'
import type { Multiaddr, PeerId, Pin } from '@ipfs-cluster/api'
import fc from 'fast-check'
import type { CID } from 'multiformats/cid'

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 })

export const cids: fc.Arbitrary<CID> = fc
  .tuple(fc.constantFrom([0x12, 0x20], [1, 0x55, 0x12, 0x20], [1, 0x70, 0x12, 0x20], [1, 0x71, 0x12, 0x20]), digest)
  .map(([prefix, hash]) => cidFromBytes(Uint8Array.from([...prefix, ...hash])))

export const peers: fc.Arbitrary<PeerId> = digest.map((key) =>
  peerIdFromBytes(Uint8Array.from([0, 36, 8, 1, 18, 32, ...key]))
)

export const multiaddrs: fc.Arbitrary<Multiaddr> = fc
  .tuple(fc.ipV4(), fc.nat(65535), peers)
  .map(([host, port, peer]) => `/ip4/${host}/tcp/${port}/p2p/${peer}`)

/** Text as users write it, special characters of JSON and of other planes among it. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('<', '>', '&', '"', '\\', '\u2028', '\u2029', '\u0000', '\b', '😀', 'é', 'a') })
)

const seconds = fc.oneof(
  fc.constant(Time.ZERO),
  fc.integer({ min: 1, max: 4_000_000_000 }).map((second) => new Time(second))
)

const metadata = fc.option(fc.dictionary(fc.oneof(texts, fc.constant('__proto__')), texts, { minKeys: 1, maxKeys: 5 }))

/** Pins as the state gives them back: whole seconds, lists never null, the mode that follows from the depth. */
export const storedPins: fc.Arbitrary<Pin> = fc
  .record({
    cid: cids,
    type: fc.constantFrom<Pin['type']>('bad-type', 'pin', 'meta-pin', 'clusterdag-pin', 'shard-pin'),
    allocations: fc.array(peers, { maxLength: 4 }),
    maxDepth: fc.constantFrom(-1, 0, 1, 7),
    reference: fc.option(cids),
    timestamp: seconds,
    replicationFactorMin: fc.integer({ min: -1, max: 200 }),
    replicationFactorMax: fc.integer({ min: -1, max: 200 }),
    name: texts,
    shardSize: fc.maxSafeNat(),
    expireAt: seconds,
    metadata,
    pinUpdate: fc.option(cids),
    origins: fc.array(multiaddrs, { maxLength: 3 })
  })
  .map((pin) => ({ ...pin, userAllocations: null, mode: pin.maxDepth === 0 ? 'direct' : 'recursive' }))

/** Pins as they travel: nanoseconds, null lists, a mode and preferred peers. */
export const sentPins: fc.Arbitrary<Pin> = fc
  .record({
    pin: storedPins,
    mode: fc.constantFrom<Pin['mode']>('direct', 'recursive'),
    userAllocations: fc.option(fc.array(peers, { maxLength: 3 })),
    allocations: fc.option(fc.array(peers, { maxLength: 3 })),
    origins: fc.option(fc.array(multiaddrs, { maxLength: 3 })),
    timestamp: fc
      .tuple(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), fc.nat(999_999_999))
      .map(([second, fraction]) => new Time(second, fraction, 0)),
    expireAt: fc.oneof(
      fc.constant(Time.ZERO),
      fc.nat(2 ** 31 - 1).map((second) => new Time(second, 0, 0))
    )
  })
  .map(({ pin, ...changes }) => ({ ...pin, ...changes }))
