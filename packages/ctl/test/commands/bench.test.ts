import { describe, expect, it } from '@jest/globals'
import { benchCids } from '../../src/bench/pins.ts'
import { quantile } from '../../src/bench/measure.ts'
import { cannedPeer } from '../canned-peer.ts'
import { run } from '../run.ts'

const CID = 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm'

describe('bench', () => {
  it('times what it asks for, and leaves no pin behind', async () => {
    await using peer = await cannedPeer((asked) => {
      if (/^GET \/(pins|allocations)\?/.test(asked)) return { stream: [{ cid: CID }, { cid: CID }] }
      return { document: asked.includes('/pins/') ? { cid: CID } : {} }
    })
    const words = ['--host', peer.host, '--enc', 'json', 'bench', '--requests', '5', '--clients', '2', '--pins', '3']
    const { status, stdout } = await run(words)
    expect(status).toBe(0)
    const documents = stdout.split(/(?<=^\})\n/m).filter((text) => text !== '')
    const measured = documents.map((text) => JSON.parse(text) as { what: string; count: number })
    expect(measured.map(({ what, count }) => `${what} ${count}`)).toEqual([
      'version 5',
      'id 5',
      'pin ls 2',
      'status 2',
      'pin add 3',
      'pin rm 3'
    ])
    const cidsOf = (method: string): string[] =>
      peer.asked
        .filter((asked) => asked.startsWith(`${method} /pins/ipfs/`))
        .map((asked) => /ipfs\/(\w+)/.exec(asked)?.[1] ?? '')
        .sort()
    expect(cidsOf('POST')).toHaveLength(3)
    expect(cidsOf('DELETE')).toEqual(cidsOf('POST'))
  })

  it.each([[['--requests', '0']], [['--clients', '-1']], [['--pins', '100001']]])('refuses %j', async (words) => {
    expect(await run(['bench', ...words])).toMatchObject({ status: 1, stdout: '' })
  })

  it('pins what nobody else has pinned', () => {
    const cids = [...benchCids(3), ...benchCids(3)].map(String)
    expect(new Set(cids).size).toBe(6)
  })

  it('takes quantiles', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(3)
    expect(quantile([1], 0.99)).toBe(1)
    expect(quantile([], 0.5)).toBe(0)
  })
})
