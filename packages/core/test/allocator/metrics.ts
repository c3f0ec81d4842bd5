import type { Metric, PeerId } from '@ipfs-cluster/api'
import { peerIdFromBytes } from '@ipfs-cluster/api'
import type { AllocatorComponents } from '../../src/allocator/index.ts'

/** A peer ID made of a number; larger numbers have larger IDs. */
export function peer(n: number): PeerId {
  const bytes = new Uint8Array(34)
  bytes.set([0x12, 32, n >> 8, n & 0xff])
  return peerIdFromBytes(bytes)
}

export function metric(name: string, of: PeerId, fields: Partial<Metric> = {}): Metric {
  const weight = fields.weight ?? 0n
  return {
    ...{ name, peer: of, value: String(weight), expire: 0n, valid: true, partitionable: false, receivedAt: 0n },
    ...{ weight, ...fields }
  }
}

/** What peers have published: those that are live, and those that no longer are. */
export function published(live: readonly Metric[], past: readonly Metric[] = []): AllocatorComponents['metrics'] {
  return {
    latest: (name) => live.filter((each) => each.name === name),
    history: (name, of) => [...past, ...live].filter((each) => each.name === name && each.peer === of)
  }
}
