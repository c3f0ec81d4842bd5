import { describe, expect, it } from '@jest/globals'
import { readContent } from '@ipfs-cluster/client'
import { isWebUrl, webEntries } from '../../src/add/web.ts'
import { cannedPeer } from '../canned-peer.ts'

async function fetched(url: string): Promise<string> {
  for await (const entry of webEntries(url)) {
    if (entry.type !== 'file') break
    const parts: Uint8Array[] = []
    for await (const part of readContent(entry.content)) parts.push(part)
    return `${entry.name}: ${Buffer.concat(parts).toString()}`
  }
  return ''
}

describe('webEntries', () => {
  it('tells URLs from paths', () => {
    expect(['http://x/y', 'https://x', 'http', 'ftp://x', '/http://x'].map(isWebUrl)).toEqual([
      true,
      true,
      false,
      false,
      false
    ])
  })

  it('fetches what a URL leads to, and names it by the path', async () => {
    await using server = await cannedPeer((request) => (_, response) => {
      if (request === 'GET /here/a%20b.txt?q=1') response.writeHead(302, { location: '/there' }).end()
      else response.end(`from ${request}`)
    })
    expect(await fetched(`http://127.0.0.1:${server.port}/here/a%20b.txt?q=1`)).toBe('a b.txt: from GET /there')
  })

  it('refuses failures and endless redirects', async () => {
    await using server = await cannedPeer((request) => (_, response) => {
      if (request === 'GET /gone') response.writeHead(404).end()
      else response.writeHead(301, { location: '/again' }).end()
    })
    await expect(fetched(`http://127.0.0.1:${server.port}/gone`)).rejects.toThrow('got non-2XX status code 404')
    await expect(fetched(`http://127.0.0.1:${server.port}/again`)).rejects.toThrow('stopped after 10 redirects')
  })
})
