import { describe, expect, it } from '@jest/globals'
import type { DNS } from '@multiformats/dns'
import { clusterClient } from '../../../src/index.ts'
import type { Transport } from '../../../src/index.ts'
import { libp2pTransport } from '../../../src/transport/libp2p/index.ts'
import { testTransport } from '../../../test-suites/transport.ts'
import { bridgeTo } from '../../libp2p-bridge.ts'
import { closedPort, sendJson, serve } from '../../server.ts'

/** A transport to a host that is made for it, and goes with it. */
function bridged(port: number): Transport {
  const opened = bridgeTo(port).then((bridge) => ({ bridge, transport: libp2pTransport({ address: bridge.address }) }))
  return {
    origin: 'libp2p://bridge',
    request: async (request) => (await opened).transport.request(request),
    close: async () => {
      const { bridge, transport } = await opened
      await transport.close()
      await bridge[Symbol.asyncDispose]()
    }
  }
}

testTransport('libp2p', {
  open: (endpoint) => bridged(endpoint.port ?? 0),
  showsTrailers: true,
  reachesUnix: false,
  streamsBody: true,
  dialsEndpoint: false
})

const OTHER = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
const GET = { method: 'GET', path: '/id', headers: {} } as const

/** Name servers that know one name. */
function dnsOf(name: string, records: readonly string[]): DNS {
  const known = records.map((data) => ({ name, type: 16, data, TTL: 60 }))
  const query = async (asked: string): Promise<unknown> => ({ Answer: asked === name ? known : [] })
  return { query } as unknown as DNS
}

describe('an address of a libp2p transport', () => {
  it.each([
    ['/ip4/127.0.0.1/tcp/9094', /names no peer: it needs \/p2p\/<id>/],
    [`/p2p/${OTHER}`, /^APIAddr only includes a Peer ID$/],
    ['nonsense', /./]
  ])('%s is refused', (address, message) => {
    expect(() => libp2pTransport({ address })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_MULTIADDR', message: expect.stringMatching(message) })
    )
  })

  it('may be a name that stands for a peer, with and without its ID', async () => {
    await using server = await serve((_, response) => sendJson(response, { version: '1.1.6' }))
    await using bridge = await bridgeTo(server.port)
    const records = [`dnsaddr=/ip4/127.0.0.1/tcp/1/p2p/${OTHER}`, `dnsaddr=${bridge.address}`]
    for (const [address, known] of [
      [`/dnsaddr/cluster.example/p2p/${bridge.id}`, records],
      ['/dnsaddr/cluster.example', records.slice(1)]
    ] as const) {
      const transport = libp2pTransport({ address, dns: dnsOf('_dnsaddr.cluster.example', known) })
      expect(await clusterClient()({ transport }).version()).toMatchObject({ version: '1.1.6' })
      await transport.close()
    }
  })

  it('that nobody listens at is named, and so is a name that stands for nothing', async () => {
    const port = await closedPort()
    const address = `/ip4/127.0.0.1/tcp/${port}/p2p/${OTHER}`
    const refused = libp2pTransport({ address })
    await expect(refused.request(GET)).rejects.toMatchObject({
      code: 'ERR_UNREACHABLE',
      message: `Get "libp2p://${OTHER}/id": failed to dial ${OTHER} (${address}): connection refused`
    })
    const unknown = libp2pTransport({ address: '/dnsaddr/cluster.example', dns: dnsOf('', []) })
    await expect(unknown.request(GET)).rejects.toMatchObject({ code: 'ERR_UNREACHABLE' })
    await Promise.all([refused.close(), unknown.close()])
  })
})

describe('a peer over libp2p', () => {
  it('that has no API is told from one that is not there', async () => {
    await using bridge = await bridgeTo(1, '/other')
    const transport = libp2pTransport({ address: bridge.address })
    await expect(transport.request(GET)).rejects.toMatchObject({
      code: 'ERR_UNREACHABLE',
      message: expect.stringMatching(/: failed to open stream: protocols not supported: \[\/libp2p-http\]$/)
    })
    await transport.close()
  })

  it('that speaks no libp2p at all is one of another network', async () => {
    await using server = await serve(() => undefined)
    const transport = libp2pTransport({ address: `/ip4/127.0.0.1/tcp/${server.port}/p2p/${OTHER}` })
    await expect(transport.request(GET)).rejects.toMatchObject({ code: 'ERR_WRONG_SECRET' })
    await transport.close()
  })

  it('that has gone is missed with the next request', async () => {
    await using server = await serve((_, response) => sendJson(response, { version: '1.1.6' }))
    const bridge = await bridgeTo(server.port)
    const transport = libp2pTransport({ address: bridge.address })
    const client = clusterClient()({ transport })
    await client.version()
    await bridge[Symbol.asyncDispose]()
    await expect(client.version()).rejects.toMatchObject({ code: 'ERR_UNREACHABLE' })
    await transport.close()
  })

  it('has a secret of 32 bytes', () => {
    const init = { address: '/dnsaddr/cluster.example', secret: new Uint8Array(31) }
    expect(() => libp2pTransport(init)).toThrow('length of ProtectorKey should be 32')
  })
})
