import { cidToText } from '@ipfs-cluster/api'
import { expect, it } from '@jest/globals'
import { file, noise, runAdd } from './support.ts'
import type { AddParams } from '@ipfs-cluster/api'

const small: Partial<AddParams> = { chunker: 'size-16' }
const v1: Partial<AddParams> = { chunker: 'size-1000', cidVersion: 1 }

/** What `ipfs add --only-hash --max-file-links=174` of Kubo 0.44 gave for the same bytes and options. */
const KNOWN: [number, Partial<AddParams>, string][] = [
  [3_000_000, {}, 'QmVjfDHfuUTrqHRUtrnXGLUfG5T345UPdaBpunXpi6vaa7'],
  [0, { layout: 'trickle' }, 'QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH'],
  [10, { ...small, layout: 'trickle' }, 'QmRXQaGKbwu7od8BPgCCUqzcHRiz4c8yQyQGYK3fbEyjSv'],
  [174 * 16 + 1, { ...small, layout: 'trickle' }, 'QmfSffm7koyUpfQBscR4uZEmK7LzbNo6g1nEtFgfHFojWP'],
  [300_000, { ...small, layout: 'trickle' }, 'QmQ9FmzQqrxcvdciE8V4G3N6qWTpHg3qoHDy7XVZh5Gba5'],
  [
    300_000,
    { ...small, layout: 'trickle', rawLeaves: true, cidVersion: 1 },
    'bafybeigwdyxqfqekmx7zkbasvodwdocfltbw6ets437ts2ghr5m5qz6rhe'
  ],
  [5_000_000, { chunker: 'rabin' }, 'Qmca2VngAN7fC3Au1qtR8tTUXhddnBcjnoujDy5828FZ3S'],
  [5_000_000, { chunker: 'rabin-65536' }, 'QmQ5bKgmKi7Gr3zR4eXvwd8NHv3LRy9HRzCSL12snAvTj2'],
  [500_000, { chunker: 'rabin-100-1000-5000' }, 'QmSDt2KzK3VAUFT9p6cC6GUmWSiJLK3gZNSYaTSZxgpKpE'],
  [5_000_000, { chunker: 'buzhash' }, 'QmaSMZ1YRCXbyVGqUc4vn9Zydp6ExPAaaPRHTJjcjh85uu'],
  [
    500_000,
    { ...v1, hash: 'blake2b-256', rawLeaves: true },
    'bafykbzacedhzych7hveaavcn2lc25fizuzfjgfgbj5j2dw7dpyytyfvnrfmzc'
  ],
  [500_000, { ...v1, hash: 'blake3' }, 'bafyb4ih3q4irgukqjn7m2dbzwjw7yck3nhqzoq4w6yggjmqb43isnot7eq'],
  [500_000, { ...v1, hash: 'sha1' }, 'bafybcffexxhnidtm4ltrlitplvr5hdyyjgwgjlq'],
  [500_000, { ...v1, hash: 'keccak-256' }, 'bafybwiebcciuu56ygkcwjbavvw5rxkhrb32zqjqckitkywgbbbec35ybdi'],
  [
    500_000,
    { ...v1, hash: 'sha3-512' },
    'bafybiqcr6e3zr24hunvu42uz2thtg7dokwrd43gyydai36aoykqz7vwnmcg3afb376rplw3xzgxegqy2fn2bh5lelbjynfeubvvj57s5lzvem'
  ],
  [
    500_000,
    { ...v1, hash: 'shake-256' },
    'bafybsqeqcxdcazfch4pswdguy3z54vv7zaeloiimdenbmf6s2fo34w4xznlro74ewtmg25ciknqjkwgbqej6cumastksain5pmho5ove3f3hc'
  ]
]

it.each(KNOWN)('%d bytes with %j have the CID that Kubo gives them', async (length, params, cid) => {
  const { outputs, error } = await runAdd([file('f', noise(length))], params)
  expect(error).toBeUndefined()
  expect(cidToText(outputs.at(-1)!.cid!)).toBe(cid)
})
