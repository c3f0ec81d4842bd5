import fc from 'fast-check'
import { blockIdOf } from '../../../src/blocks/index.ts'
import { crdtTopic, encodeBroadcast } from '../../../src/consensus/crdt/broadcast.ts'
import type { Attack, Input } from '../attack.ts'
import { sample, short } from '../attack.ts'
import {
  anyBytes,
  anyFields,
  cidOf,
  dagBlock,
  damaged,
  field,
  missingCid,
  numberField,
  strangeCids,
  text
} from '../bytes.ts'
import { sleep } from '../hostile-peer.ts'
import type { HostilePeer } from '../hostile-peer.ts'
import { encodeMessage } from '../../../src/blocks/bitswap/message.ts'
import { gossip } from './pubsub.ts'

const PREFIX = Uint8Array.of(1, 0x70, 0x12, 0x20)

const element = (key: Uint8Array, value: Uint8Array, id: Uint8Array = new Uint8Array(0)): Uint8Array =>
  field(1, Buffer.concat([field(1, key), field(2, id), field(3, value)]))
const tombstone = (key: Uint8Array, id: Uint8Array): Uint8Array =>
  field(2, Buffer.concat([field(1, key), field(2, id)]))
const priority = (n: bigint): Uint8Array => numberField(3, n)
const delta = (...parts: Uint8Array[]): Uint8Array => dagBlock(Buffer.concat([...parts, priority(1n)])).bytes

const KEYS = [
  '',
  '/',
  '//',
  '.',
  '/..',
  '/../../h/CIQ',
  '../../../../etc/passwd',
  '/a/b/c',
  '/x/v',
  '/x/p',
  '/\u0000',
  '/\n\u001b[31mline',
  '/CIQAAAA',
  '/__proto__',
  `/${'k'.repeat(100_000)}`,
  `/${'a/'.repeat(5000)}`
].map(text)

/** Blocks that no honest peer makes. */
function blocks(): Uint8Array[] {
  const lost = Array.from({ length: 100_000 }, (_, i) => missingCid(i))
  return [
    new Uint8Array(0),
    dagBlock(new Uint8Array(0)).bytes,
    dagBlock(text('no delta')).bytes,
    ...KEYS.map((key) => delta(element(key, text('no pin')))),
    ...KEYS.map((key) => delta(tombstone(key, text('/CIQUNKNOWN')))),
    ...KEYS.map((key) =>
      delta(element(key, field(1, new Uint8Array(36))), tombstone(key, text(`/${blockIdOf(missingCid(1))}`)))
    ),
    ...strangeCids().map((cid) =>
      delta(element(text('/CIQBED3K6YA5I3QQWLJOCHWXDRK5EXZQILBCKAPEDUJENZ5B5HJ5R3A'), field(1, cid)))
    ),
    ...[0n, 2n, 2n ** 31n, 2n ** 32n].map((n) => dagBlock(priority(n)).bytes),
    delta(element(text('/x'), new Uint8Array(1_500_000))),
    dagBlock(Buffer.concat(Array.from({ length: 20_000 }, (_, i) => element(text(`/k${i}`), text('v'))))).bytes,
    dagBlock(priority(5n), [missingCid(-5)]).bytes,
    dagBlock(priority(6n), lost.slice(0, 600)).bytes,
    dagBlock(priority(6n), lost.slice(0, 40_000)).bytes,
    ...strangeCids()
      .slice(4)
      .map((cid) =>
        Buffer.concat([
          field(2, Buffer.concat([field(1, cid), field(2, new Uint8Array(0)), numberField(3, 0n)])),
          field(1, priority(3n))
        ])
      )
  ]
}

/** Heights that cannot be counted on from. They are told apart: what a replica takes of them stays with it. */
export const ABSURD_HEIGHTS = [2n ** 52n, 2n ** 53n - 2n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]

/** Tells of a block as of a head, and sends it when the target asks for it or not. */
export async function tellOf(peer: HostilePeer, bytes: Uint8Array): Promise<void> {
  const cid = cidOf(bytes)
  const topic = crdtTopic(peer.target.clusterName)
  await peer.throwAt('/meshsub/1.1.0', await gossip(peer, topic, encodeBroadcast([cid])), 'leave')
  const message = encodeMessage(
    { wants: [], full: false, presences: [], blocks: [{ prefix: PREFIX, bytes }] },
    { presences: true, prefixes: true }
  )
  for (let i = 0; i < 2; i++) {
    await peer.throwAt('/ipfs/bitswap/1.2.0', Buffer.concat([lengthOf(message), message]), 'close')
    await sleep(5)
  }
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const digits: number[] = []
  let rest = bytes.length
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) digits.push((rest & 0x7f) | 0x80)
  return Uint8Array.of(...digits, rest)
}

/** Deltas that no honest peer makes, from a peer that is believed. */
export const deltaBlocksAttack: Attack = {
  name: 'delta blocks',
  inputs: (seed, count) => {
    const made = blocks()
    const good = delta(element(text('/CIQA'), text('v')), tombstone(text('/CIQB'), text('/CIQC')))
    const random = fc.oneof(
      anyBytes,
      anyFields,
      anyFields.map((data) => dagBlock(data).bytes),
      damaged([good])
    )
    const all = [...made, ...sample(random, seed, Math.max(0, count - made.length))]
    return all.map((bytes): Input => ({ what: `a delta: ${short(bytes)}`, throwIt: (peer) => tellOf(peer, bytes) }))
  }
}
