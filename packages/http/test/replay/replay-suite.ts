import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { PeerInit } from '@ipfs-cluster/core/cluster'
import { send } from '../raw-client.ts'
import type { Target } from '../raw-client.ts'
import { PEER_DIFFERENCES } from './differences.ts'
import { onePeer } from './one-peer.ts'
import type { OnePeer } from './one-peer.ts'
import { PINSVC_DIFFERENCES } from './pinsvc-differences.ts'
import { PROXY_DIFFERENCES, isOfNode } from './proxy-differences.ts'
import { replayCase, requestOf } from './replay.ts'
import type { Difference } from './replay.ts'
import { loadTranscript } from './vectors.ts'
import type { Case } from './vectors.ts'

export interface ReplayOptions {
  /** Settings of the peer that the transcript asks for. */
  init?: (ipfsPeerId: string) => Partial<PeerInit>
  /** Puts what the cases speak of in place, and says what stands for what was recorded. */
  prepare?: (peer: OnePeer) => Promise<Record<string, string>>
  /** What cannot be done. A case that begins to pass makes its test fail, and is then to be taken off the list. */
  missing?: readonly string[]
  /** Cases that were recorded after waiting in vain. */
  inVain?: readonly string[]
}

const MEANT: Readonly<Record<Case['api'], readonly Difference[]>> = {
  rest: PEER_DIFFERENCES,
  pinsvc: PINSVC_DIFFERENCES,
  proxy: PROXY_DIFFERENCES
}

/**
 * Replays a transcript on a peer of ours. Its cases depend on one another, and so run in the order in which they were
 * recorded.
 */
export function replayTranscript(name: string, { init, prepare, missing = [], inVain = [] }: ReplayOptions = {}): void {
  describe(`a peer answers as one of the Go release did: ${name}`, () => {
    const { cases, vars } = loadTranscript(name)
    const [recordedPeer = { id: '', ipfs: '' }] = vars.peers
    let peer: OnePeer
    let ours: ReadonlyMap<string, Case>

    beforeAll(async () => {
      peer = await onePeer(recordedPeer.id, init?.(recordedPeer.ipfs ?? ''))
      const substitutes = (await prepare?.(peer)) ?? {}
      const ids = init === undefined ? { [recordedPeer.ipfs ?? '']: peer.ipfsPeerId } : {}
      ours = new Map(
        loadTranscript(name, { ...ids, ...substitutes }).cases.map((recorded) => [recorded.name, recorded])
      )
    })
    afterAll(async () => {
      await peer[Symbol.asyncDispose]()
    })

    for (const { name: title, api } of cases) {
      const test = missing.includes(title) ? it.failing : it
      test(title, async () => {
        const { before = [], ...recorded } = ours.get(title)!
        const given = inVain.includes(title) ? recorded : { ...recorded, before }
        const expected = api === 'proxy' && isOfNode(given) ? await askNode(peer, given) : given
        const { differences } = await replayCase(targetOf(peer, api), expected, MEANT[api], peer.target)
        expect(differences).toEqual([])
      })
    }
  })
}

function targetOf(peer: OnePeer, api: Case['api']): Target {
  switch (api) {
    case 'rest':
      return peer.target
    case 'pinsvc':
      return peer.pinsvc
    case 'proxy':
      return peer.proxy
  }
}

/** What the node says is what the proxy must say, whatever another node said when the case was recorded. */
async function askNode(peer: OnePeer, recorded: Case): Promise<Case> {
  const { status, headers, framing, body, trailers } = await send(peer.node, requestOf(recorded))
  return { ...recorded, response: { status, headers, framing, body_kind: 'text', body, trailers } }
}
