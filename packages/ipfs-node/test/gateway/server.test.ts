import { CarBlockIterator } from '@ipld/car/iterator'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseRange } from '../../src/gateway/range.ts'
import { collect, pseudoRandom, startNode } from '../helpers.ts'

describe('the gateway', () => {
  it('serves files, whole and in parts', async () => {
    const { client, gateway } = await startNode()
    const content = pseudoRandom(700_000)
    const { cid } = await client.add(content)
    const url = `${gateway}/ipfs/${cid.toString()}`
    const whole = await fetch(url)
    expect(whole.status).toBe(200)
    expect(whole.headers.get('content-length')).toBe('700000')
    expect(whole.headers.get('etag')).toBe(`"${cid.toString()}"`)
    expect(whole.headers.get('cache-control')).toContain('immutable')
    expect(whole.headers.get('content-type')).toBe('application/octet-stream')
    expect(Buffer.compare(await whole.bytes(), content)).toBe(0)

    const part = async (range: string): Promise<[number, string | null, Uint8Array]> => {
      const response = await fetch(url, { headers: { Range: range } })
      return [response.status, response.headers.get('content-range'), await response.bytes()]
    }
    expect(await part('bytes=262140-262149')).toEqual([
      206,
      'bytes 262140-262149/700000',
      content.slice(262_140, 262_150)
    ])
    expect(await part('bytes=699990-')).toEqual([206, 'bytes 699990-699999/700000', content.slice(699_990)])
    expect((await part('bytes=-5'))[2]).toEqual(content.slice(-5))
    expect((await part('bytes=700000-')).slice(0, 2)).toEqual([416, 'bytes */700000'])
    expect((await part('lines=1-2'))[0]).toBe(200)
    const head = await fetch(url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '700000', ''])
    const known = await fetch(url, { headers: { 'If-None-Match': `"${cid.toString()}"` } })
    expect(known.status).toBe(304)
  })

  it('serves directories, with their index or a listing', async () => {
    const { client, gateway } = await startNode()
    const files = [
      { path: 'site/index.html', content: '<h1>home</h1>' },
      { path: 'site/plain/<odd> & name.txt', content: 'text' }
    ]
    let root = ''
    for await (const { path, cid } of client.addAll(files)) if (path === 'site') root = cid.toString()
    const redirect = await fetch(`${gateway}/ipfs/${root}`, { redirect: 'manual' })
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, `/ipfs/${root}/`])
    const index = await fetch(`${gateway}/ipfs/${root}/`)
    expect([index.headers.get('content-type'), await index.text()]).toEqual([
      'text/html; charset=utf-8',
      '<h1>home</h1>'
    ])
    const listing = await fetch(`${gateway}/ipfs/${root}/plain/`)
    const html = await listing.text()
    expect(html).toContain('&lt;odd&gt; &amp; name.txt')
    expect(html).not.toContain('<odd>')
    const file = await fetch(`${gateway}/ipfs/${root}/plain/${encodeURIComponent('<odd> & name.txt')}`)
    expect([file.headers.get('content-type'), await file.text()]).toEqual(['text/plain; charset=utf-8', 'text'])
  })

  it('gives blocks and CARs to those who verify', async () => {
    const { client, gateway } = await startNode()
    const { cid } = await client.add(pseudoRandom(600_000), { rawLeaves: true })
    const url = `${gateway}/ipfs/${cid.toString()}`
    const raw = await fetch(url, { headers: { Accept: 'application/vnd.ipld.raw' } })
    expect(raw.headers.get('content-type')).toBe('application/vnd.ipld.raw')
    expect(await raw.bytes()).toEqual(new Uint8Array(await client.block.get(cid)))
    const car = await fetch(`${url}?format=car`)
    expect(car.headers.get('content-type')).toContain('application/vnd.ipld.car')
    const blocks = await collect(await CarBlockIterator.fromBytes(await car.bytes()))
    expect(blocks[0]?.cid.toString()).toBe(cid.toString())
    expect(blocks).toHaveLength(4)
  })

  it('says clearly what is wrong', async () => {
    const { client, gateway } = await startNode()
    const { cid } = await client.add({ path: 'd/f', content: 'x' })
    const answer = async (path: string, init?: RequestInit): Promise<[number, string]> => {
      const response = await fetch(`${gateway}${path}`, init)
      return [response.status, (await response.text()).trim()]
    }
    expect((await answer('/ipfs/not-a-cid'))[0]).toBe(400)
    expect(await answer(`/ipfs/${cid.toString()}/none`)).toEqual([404, `no link named "none" under ${cid.toString()}`])
    const missing = 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'
    expect(await answer(`/ipfs/${missing}`)).toEqual([
      404,
      `block was not found locally (offline): ipld: could not find ${missing}`
    ])
    expect((await answer(`/ipfs/${cid.toString()}`, { method: 'POST' }))[0]).toBe(405)
    expect((await answer('/ipns/example.com'))[1]).toContain('does not look names up')
    expect((await answer('/'))[0]).toBe(404)
    expect((await answer('/api/v0/id', { method: 'POST' }))[0]).toBe(404)
  })
})

describe('parseRange', () => {
  it('gives a part of the file or refuses', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.option(fc.nat(1500)), fc.option(fc.nat(1500)), (size, from, to) => {
        const header = `bytes=${from ?? ''}-${to ?? ''}`
        let range: ReturnType<typeof parseRange>
        try {
          range = parseRange(header, size)
        } catch (err) {
          expect(err).toBeInstanceOf(RangeError)
          return
        }
        if (range === undefined) return
        expect(range.first).toBeGreaterThanOrEqual(0)
        expect(range.last).toBeGreaterThanOrEqual(range.first)
        expect(range.last).toBeLessThan(size)
      })
    )
  })
})
