import { cidTexts } from './cids.ts'

/**
 * A pinset as `state export` writes it: that many pins on all peers, of the CIDs that the label stands for, in the order
 * of their keys.
 */
export function* exportLines(label: string, count: number): Generator<string> {
  let i = 0
  for (const cid of [...cidTexts(label, count)].sort()) {
    const pin = {
      ...{ replication_factor_min: -1, replication_factor_max: -1, name: `pin ${i}`, mode: 'recursive', shard_size: 0 },
      ...{ user_allocations: null, expire_at: '0001-01-01T00:00:00Z', metadata: { k: String(i++) }, pin_update: null },
      ...{ origins: [], cid, type: 'pin', allocations: [], max_depth: -1, reference: null },
      timestamp: '2026-11-21T08:55:10Z'
    }
    yield `${JSON.stringify(pin)}\n`
  }
}
