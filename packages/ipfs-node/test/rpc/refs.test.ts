import { describe, expect, it } from '@jest/globals'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { digest } from '../../src/dag/hashes.ts'
import { form, lines, startNode } from '../helpers.ts'

const SHA2_256 = 0x12

/** A block, and what stands for it. */
function block(value: unknown): { cid: CID; bytes: Uint8Array } {
  const bytes = dagCbor.encode(value)
  return { cid: CID.createV1(dagCbor.code, digest(bytes, SHA2_256)), bytes }
}

describe('refs', () => {
  it('goes down first, and tells a link that stands twice as often as it is asked to', async () => {
    const { post } = await startNode()
    const [a, b] = [block('a'), block('b')]
    const middle = block([b.cid])
    const root = block([middle.cid, a.cid, b.cid])
    const body = form(Object.fromEntries([a, b, middle, root].map(({ bytes }, i) => [`${i}`, bytes])))
    await lines(await post('block/put?cid-codec=dag-cbor', { body }))
    const refs = async (options: string): Promise<unknown[]> =>
      (await lines(await post(`refs?arg=${root.cid.toString()}&${options}`))).map(({ Ref }) => Ref)
    const [A, B, M] = [a, b, middle].map(({ cid }) => cid.toString())
    expect(await refs('')).toEqual([M, A, B])
    expect(await refs('recursive=true')).toEqual([M, B, A, B])
    expect(await refs('recursive=true&unique=true')).toEqual([M, B, A])
    expect(await refs('recursive=true&max-depth=1')).toEqual([M, A, B])
  })

  it('goes down as deep as a DAG is', async () => {
    const { post } = await startNode()
    const depth = 4_000
    let blocks: Uint8Array[] = []
    let last: CID | null = null
    for (let i = 0; i <= depth; i++) {
      const { cid, bytes } = block({ i, before: last })
      blocks.push(bytes)
      last = cid
      if (blocks.length < 1000 && i < depth) continue
      await lines(
        await post('block/put?cid-codec=dag-cbor', {
          body: form(Object.fromEntries(blocks.map((b, n) => [`${n}`, b])))
        })
      )
      blocks = []
    }
    const answer = await lines(await post(`refs?recursive=true&arg=${String(last)}`))
    expect(answer.filter(({ Err }) => Err !== '')).toEqual([])
    expect(new Set(answer.map(({ Ref }) => Ref)).size).toBe(depth)
  })
})
