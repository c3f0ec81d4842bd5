import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { tls } from '@libp2p/tls'
import { preSharedKey } from '@libp2p/pnet'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { ClusterError } from '@ipfs-cluster/api'
import { createLibp2p } from 'libp2p'
import type { ByteStream } from '../../src/network/index.ts'
import { swarmKey } from '../../src/network/index.ts'
import { stopAll } from '../../src/util/index.ts'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'
import { until } from '../helpers/until.ts'
import { collect } from '../pintracker/fakes.ts'
import type { TestNetwork } from './networks.ts'
import { SECRET, TestNetworks } from './networks.ts'

const PROTOCOL = '/test/1.0.0'
const NOBODY = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'

const networks = new TestNetworks()
afterEach(() => networks.stop())

async function echo({ net }: TestNetwork): Promise<string[]> {
  const callers: string[] = []
  await net.handle(PROTOCOL, (stream, peer) => {
    callers.push(peer)
    void (async () => {
      for await (const bytes of stream) await stream.write(bytes)
      await stream.close()
    })()
  })
  return callers
}

async function say(stream: ByteStream, words: string): Promise<string> {
  await stream.write(Buffer.from(words))
  await stream.closeWrite()
  return Buffer.concat(await collect(stream)).toString()
}

describe('connecting', () => {
  it('knows what a peer takes up and gives up while it is connected, and what it spoke last', async () => {
    const a = await networks.start()
    const b = await networks.start()
    const isOffered = async (): Promise<boolean> => (await b.net.protocolsOf(a.net.peerId)).includes(PROTOCOL)
    await b.net.connect(a.address)
    await until('it has told its protocols', async () => (await b.net.protocolsOf(a.net.peerId)).length > 0)
    expect(await isOffered()).toBe(false)
    const stopTaking = await a.net.handle(PROTOCOL, (stream) => void stream.close())
    await until('it is known to be taken up', isOffered)
    await stopTaking()
    await until('it is known to be given up', async () => !(await isOffered()))
    await a.net.handle(PROTOCOL, (stream) => void stream.close())
    await until('it is known to be taken up again', isOffered)
    await stopAll([a.net])
    await until('it is gone', () => b.net.connectedPeers().length === 0)
    expect(await isOffered()).toBe(true)
  })

  it('hears all of a call that comes in one piece with its end, as a Go peer sends it and we do from the second on', async () => {
    const a = await networks.start()
    const b = await networks.start()
    await echo(a)
    await b.net.connect(a.address)
    for (const words of ['asked first', 'known', 'known still']) {
      expect(await say(await b.net.open(a.net.peerId, PROTOCOL), words)).toBe(words)
    }
  })

  it('ends a ping that ends, which comes in one piece from the second on', async () => {
    const a = await networks.start()
    const b = await networks.start()
    await b.net.connect(a.address)
    const [connection] = b.net.libp2p.getConnections()
    for (const count of [1, 2, 3]) {
      const stream = await connection?.newStream('/ipfs/ping/1.0.0')
      const end = new Promise((resolve) => stream?.addEventListener('close', ({ error }) => resolve(error)))
      stream?.send(new Uint8Array(32))
      await stream?.close()
      expect({ count, error: await end }).toEqual({ count, error: undefined })
    }
  })

  it('finds out that a peer has given up a protocol that it spoke', async () => {
    const a = await networks.start()
    const b = await networks.start()
    const stopTaking = await a.net.handle(PROTOCOL, (stream) => void stream.close())
    await b.net.connect(a.address)
    expect(await say(await b.net.open(a.net.peerId, PROTOCOL), '')).toBe('')
    await stopTaking()
    await until('it is known to be gone', async () => {
      const failure = await b.net
        .open(a.net.peerId, PROTOCOL)
        .then(collect)
        .catch((err: unknown) => err)
      expect(String(failure)).toContain(`protocols not supported: [${PROTOCOL}]`)
      return failure instanceof ClusterError && failure.code === 'ERR_PEER_UNREACHABLE'
    })
  })

  it('brings streams both ways, known by who calls', async () => {
    const a = await networks.start()
    const b = await networks.start()
    const callersOfA = await echo(a)
    const callersOfB = await echo(b)
    expect(await b.net.connect(a.address)).toBe(a.net.peerId)
    expect(await say(await b.net.open(a.net.peerId, PROTOCOL), 'hello')).toBe('hello')
    expect(await say(await a.net.open(b.net.peerId, PROTOCOL), 'hello back')).toBe('hello back')
    expect([callersOfA, callersOfB]).toEqual([[b.net.peerId], [a.net.peerId]])
    expect(b.net.connectedPeers()).toEqual([a.net.peerId])
    await until('both know each other', async () => (await b.net.protocolsOf(a.net.peerId)).includes(PROTOCOL))
    expect(b.net.addressesOf([a.net.peerId, b.net.peerId])).toEqual([a.address])
    const { [PROTOCOL]: bandwidth } = b.net.bandwidthByProtocol()
    expect(bandwidth).toMatchObject({ totalIn: 15n, totalOut: 15n })
  })

  it('tells of peers that come and go', async () => {
    const a = await networks.start()
    const b = await networks.start()
    const events: string[] = []
    a.net.on('peer:connect', ({ peer }) => events.push(`+${peer}`))
    a.net.on('peer:disconnect', ({ peer }) => events.push(`-${peer}`))
    await b.net.connect(a.address)
    await until('it has come', () => events.length === 1)
    await stopAll([b.net])
    await until('it has gone', () => events.length === 2)
    expect(events).toEqual([`+${b.net.peerId}`, `-${b.net.peerId}`])
  })

  it('reaches a peer that is known by its ID alone, through others', async () => {
    const hub = await networks.start()
    const a = await networks.start()
    const b = await networks.start()
    await echo(b)
    await a.net.connect(hub.address)
    await b.net.connect(hub.address)
    let answer = ''
    await until('the hub knows both', async () => {
      const stream = await a.net.open(b.net.peerId, PROTOCOL).catch(() => undefined)
      if (stream !== undefined) answer = await say(stream, 'found')
      return answer !== ''
    })
    expect(answer).toBe('found')
    await expect(a.net.open(NOBODY, PROTOCOL)).rejects.toMatchObject({ message: 'routing: not found' })
  })

  it('serves WebSocket beside TCP, and passes over what it cannot serve', async () => {
    const listenMultiaddress = ['/ip4/127.0.0.1/tcp/0/ws', '/ip4/127.0.0.1/tcp/0', '/ip4/0.0.0.0/udp/9096/quic']
    const a = await networks.start({ listenMultiaddress })
    const b = await networks.start()
    await echo(a)
    const [webSocket = ''] = a.net.addresses().filter((address) => address.includes('/ws/'))
    expect(a.net.addresses()).toHaveLength(2)
    await b.net.connect(webSocket)
    expect(await say(await b.net.open(a.net.peerId, PROTOCOL), 'web')).toBe('web')
  })

  it('works with a peer that knows TLS and no Noise', async () => {
    const a = await networks.start()
    const other = await createLibp2p({
      transports: [tcp()],
      connectionProtector: preSharedKey({ psk: swarmKey(SECRET) }),
      connectionEncrypters: [tls()],
      streamMuxers: [yamux()],
      connectionMonitor: { enabled: false }
    })
    try {
      const { encryption, multiplexer } = await other.dial(multiaddr(a.address))
      expect({ encryption, multiplexer }).toEqual({ encryption: '/tls/1.0.0', multiplexer: '/yamux/1.0.0' })
    } finally {
      await other.stop()
    }
  })

  it('tells others the addresses that it shall tell', async () => {
    const { net } = await networks.start({
      announceMultiaddress: ['/dns4/a.example/tcp/9096', '/ip4/10.1.2.3/tcp/9096'],
      noAnnounceMultiaddress: ['/ip4/10.0.0.0/ipcidr/8']
    })
    expect(net.addresses()).toEqual([`/dns4/a.example/tcp/9096/p2p/${net.peerId}`])
  })
})

describe('what goes wrong', () => {
  it('names another secret, on both sides', async () => {
    const a = await networks.start()
    const stranger = await networks.start({ secret: new Uint8Array(32).fill(8) })
    await expect(stranger.net.connect(a.address)).rejects.toMatchObject({ code: 'ERR_WRONG_SECRET' })
    await until('the other side says so', () => a.lines.some((line) => line.includes('another cluster secret')))
    expect(a.net.connectedPeers()).toEqual([])
  })

  it('names another secret when the other side has none', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).end('\x13/multistream/1.0.0\n'))
    try {
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const { port } = server.address() as AddressInfo
      const { net } = await networks.start()
      const address = `/ip4/127.0.0.1/tcp/${port}/p2p/${NOBODY}`
      await expect(net.connect(address)).rejects.toMatchObject({ code: 'ERR_WRONG_SECRET' })
    } finally {
      server.close()
    }
  })

  it('turns away a caller without a secret', async () => {
    const a = await networks.start()
    const open = await networks.start({ secret: undefined })
    await expect(open.net.connect(a.address)).rejects.toMatchObject({ code: 'ERR_PEER_UNREACHABLE' })
    await until('it says so', () => a.lines.some((line) => line.includes('another cluster secret')))
  })

  it('names what is wrong with an address', async () => {
    const a = await networks.start()
    const b = await networks.start()
    const wrongPeer = a.address.replace(a.net.peerId, NOBODY)
    await expect(b.net.connect(wrongPeer)).rejects.toThrow('another peer answers there')
    await stopAll([a.net])
    await expect(b.net.connect(a.address)).rejects.toThrow('nothing listens there')
    await expect(b.net.connect(`/ip4/127.0.0.1/udp/1/quic/p2p/${NOBODY}`)).rejects.toThrow('TCP or WebSocket')
    await expect(b.net.open(NOBODY, PROTOCOL)).rejects.toMatchObject({ code: 'ERR_PEER_UNREACHABLE' })
  })

  it('says so when no address of a peer can be had', async () => {
    const { net } = await networks.start()
    await expect(net.open(NOBODY, PROTOCOL)).rejects.toThrow('failed to find any peer in table')
  })

  it('names the protocol that a peer does not speak', async () => {
    const a = await networks.start()
    const b = await networks.start()
    await b.net.connect(a.address)
    await expect(b.net.open(a.net.peerId, PROTOCOL)).rejects.toThrow(`protocols not supported: [${PROTOCOL}]`)
  })

  it('refuses a port that is taken', async () => {
    const a = await networks.start()
    const [listen = ''] = a.address.split('/p2p/')
    await expect(networks.start({ listenMultiaddress: [listen] })).rejects.toMatchObject({
      code: 'ERR_LISTEN',
      message: `cannot listen on ${listen}: bind: address already in use`
    })
  })

  it('complains once about a peer that cannot be reached', async () => {
    const gone = await networks.start()
    await stopAll([gone.net])
    const { lines } = await networks.start({ peerAddresses: [gone.address] })
    await until('it has tried', () => lines.some((line) => line.includes('nothing listens there')))
  })

  it('can be stopped before it was started, and started again', async () => {
    const a = await networks.start()
    await stopAll([a.net])
    await stopAll([a.net])
    expect(() => a.net.libp2p).toThrow('the network is not running')
    await a.net.start()
    expect(a.net.addresses()).toHaveLength(1)
  })
})

describe('connections that are too many', () => {
  it('are closed down to the low water mark, those of protected peers last', async () => {
    const connectionManager = { highWater: 4, lowWater: 2, gracePeriod: 0 }
    const hub = await networks.start({ connectionManager })
    const others: TestNetwork[] = []
    for (let i = 0; i < 4; i++) others.push(await networks.start())
    const [friend] = others
    hub.net.protect(friend?.net.peerId ?? '')
    for (const { net } of others) await net.connect(hub.address)
    const last = await networks.start()
    await last.net.connect(hub.address)
    await until('some are closed', () => hub.net.connectedPeers().length === 2)
    expect(hub.net.connectedPeers()).toContain(friend?.net.peerId)
  })
})

describe('the peerstore file', () => {
  it('is where peers are called from after a start, and where they are kept at the stop', async () => {
    const folder = await temporaryFolder()
    try {
      const peerstorePath = join(folder, 'peerstore')
      const a = await networks.start()
      await writeFile(peerstorePath, `# peers\n${a.address}\n`)
      const b = await networks.start({ peerstorePath })
      const reached: string[] = []
      b.net.on('peer:reached', ({ peer }) => reached.push(peer))
      await until('it has called', () => b.net.connectedPeers().length === 1)
      await until('it has said so', () => reached.length === 1)
      const c = await networks.start()
      await c.net.connect(b.address)
      await until('it knows the caller', () => b.net.addressesOf([c.net.peerId]).length > 0)
      await stopAll([b.net])
      const lines = (await readFile(peerstorePath, 'utf8')).trim().split('\n')
      expect(lines.sort()).toEqual([a.address, c.address].sort())
    } finally {
      await removeFolder(folder)
    }
  })

  it('is empty for a peer that has met nobody', async () => {
    const folder = await temporaryFolder()
    try {
      const peerstorePath = join(folder, 'peerstore')
      const { net } = await networks.start({ peerstorePath })
      await stopAll([net])
      expect(await readFile(peerstorePath, 'utf8')).toBe('')
    } finally {
      await removeFolder(folder)
    }
  })
})
