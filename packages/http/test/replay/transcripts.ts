import type { PeerInit } from '@ipfs-cluster/core/cluster'
import type { ReplayPeer } from './replay-peer.ts'
import { SlowIpfs } from './slow-ipfs.ts'
import { loadTranscript } from './vectors.ts'

/** The peers of a transcript; there is at least one. */
export type ReplayPeers = readonly [ReplayPeer, ...ReplayPeer[]]

/** What a transcript needs. */
export interface ReplayOptions {
  /** Settings of the peer that the transcript asks for. */
  readonly init?: (ipfsPeerId: string) => Partial<PeerInit>
  /** Puts what the cases speak of in place, and says what stands for what was recorded. */
  readonly prepare?: (peers: ReplayPeers) => Promise<Record<string, string>>
  /** Cases that were recorded after waiting in vain. */
  readonly inVain?: readonly string[]
  /** Milliseconds for which a question is asked again until the answer is as recorded, in place of any sleep. */
  readonly patience?: number
}

/** Files that the recorded nodes had, of which only the CIDs are known. */
const RECORDED_FILE = 'QmYFrVGYsVXcEodAjqfmJ3VkJ34zYfhE22Wrq9Nr6FDShX'
const RECORDED_LATER = 'QmVktEF9uEafRjbMYT6H7a9TM67pf6RNFKufEovwcd9Rtm'
const FILE_IN_FOLDER = 'QmTFyFJ72iZYbZV1ipsrCq7g25LuJLuxy7oby3uKdL35mA'

/** What is pinned after the garbage has been collected, so that it has to be given once more. */
export const LATER = { d: 'content of d\n' }

/** A shard links to raw blocks, so that a pin of it holds these and no others: it has another CID than one of Go. */
const SHARDS: Readonly<Record<string, string>> = {
  bafyreifjbqdcy6bkfndw3awqkueusz2ixfo7xb7utd5e3cehapfgarjega:
    'bafyreieaih7eiq4vtgyz4sbglrirz3fkm6kvszvojvabkjyxbqamhd2aci',
  bafyreifamj3czvi3jvfa7yfnbsvsx6cta4dynrfmristtvpu77si2cp3dq:
    'bafyreibtuyyhzpgbkr3uhv5q35as3v7geat6yynjw44tzvuxqrl3g3seby'
}

/** The transcripts that are replayed, and what each of them needs. */
export const TRANSCRIPTS = {
  'rest-crdt-single': {
    prepare: async ([peer]) => {
      await peer.give({ folder: null })
      await peer.give({ direct: 'direct\n' })
      await peer.give({ 'dir/a.txt': 'aaa\n', 'dir/sub/b.txt': 'bbb\n' })
      // Its key stands between the same others as that of the recorded file.
      return { [RECORDED_FILE]: await peer.give({ updated: 'updated content\n' }) }
    }
  },
  'rest-add': { prepare: async () => SHARDS },
  'rest-crdt-three': {
    // The keys of a and b stand in the same order as those of the recorded files.
    prepare: async ([peer]) => ({
      [cidOf('rest-crdt-three', 'a')]: await peer.give({ a: 'content of b\n' }),
      [cidOf('rest-crdt-three', 'b')]: await peer.give({ b: 'content of a\n' }),
      [cidOf('rest-crdt-three', 'c')]: await peer.give({ c: 'content of c\n' }),
      [RECORDED_LATER]: await peer.give(LATER)
    }),
    patience: 60_000
  },
  'states-mock': {
    init: (ipfsPeerId) => ({
      parts: { ipfs: () => new SlowIpfs(ipfsPeerId, 4000) },
      stateless: { concurrentPins: 1, maxPinQueueSize: 2 }
    })
  },
  pinsvc: {
    inVain: ['replace-new'],
    prepare: async ([peer]) => giveNamed(peer, 'pinsvc', ['a', 'b', 'c'])
  },
  proxy: {
    prepare: async ([peer]) => ({
      ...(await giveNamed(peer, 'proxy', ['a', 'b', 'd'])),
      [FILE_IN_FOLDER]: await peer.give({ 'a.txt': 'file in a folder\n' }),
      [cidOf('proxy', 'dir')]: await peer.give({ 'dir/a.txt': 'file in a folder\n' })
    })
  }
} satisfies Record<string, ReplayOptions>

/** Of the files that the recorded node had, only the CIDs are known: others stand for them. */
async function giveNamed(
  peer: ReplayPeer,
  transcript: string,
  names: readonly string[]
): Promise<Record<string, string>> {
  const substitutes: Record<string, string> = {}
  for (const name of names) substitutes[cidOf(transcript, name)] = await peer.give({ [name]: `content of ${name}\n` })
  return substitutes
}

function cidOf(transcript: string, name: string): string {
  return loadTranscript(transcript).vars.cids?.[name] ?? ''
}
