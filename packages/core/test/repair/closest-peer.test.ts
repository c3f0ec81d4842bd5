import { describe, expect, it } from '@jest/globals'
import { parseCid } from '@ipfs-cluster/api'
import { closestPeer } from '../../src/repair/closest-peer.ts'
import { readVector } from '../helpers/vectors.ts'
import { PEER, testCid } from '../pintracker/fakes.ts'

interface Vector {
  name: string
  json_value: { cid: string; closest: string; distances: Record<string, string> }
}

const vectors = await readVector<Vector[]>('closest_peer.json')

describe('the closest peer', () => {
  it.each(vectors)('is that of the Go release: $name', ({ json_value: { cid, closest, distances } }) => {
    const peers = Object.keys(distances)
    const chosen = peers.filter((peer) =>
      closestPeer(
        peer,
        peers.filter((other) => other !== peer)
      )(parseCid(cid))
    )
    expect(chosen).toEqual([closest])
  })

  it('is oneself when one is alone', () => {
    expect(closestPeer(PEER, [])(testCid(1))).toBe(true)
  })
})
