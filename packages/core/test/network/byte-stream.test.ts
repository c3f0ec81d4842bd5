import { describe, expect, it } from '@jest/globals'
import type { Libp2p } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { byteStream, streamPair } from '@libp2p/utils'
import type { ByteStream } from '../../src/network/byte-stream.ts'
import { libp2pByteStream } from '../../src/network/libp2p-byte-stream.ts'
import { describeByteStream } from '../../test-suites/byte-stream.ts'
import { libp2pHost } from '../helpers/libp2p-hosts.ts'
import { MemoryStream } from '../helpers/memory-streams.ts'
import { until } from '../helpers/until.ts'
import { collect } from '../pintracker/fakes.ts'

describeByteStream('a stream in memory', { open: async () => MemoryStream.pair() })

const PROTOCOL = '/test/1.0'

/** Two hosts, and streams from the one to the other. */
class TwoHosts {
  hosts: Libp2p[] = []
  #accept: (stream: ByteStream) => void = () => {}

  async start(): Promise<void> {
    this.hosts = await Promise.all([libp2pHost(), libp2pHost()])
    const [a, b] = this.hosts as [Libp2p, Libp2p]
    await b.handle(PROTOCOL, (stream) => this.#accept(libp2pByteStream(stream)), { maxInboundStreams: 100 })
    await a.dial(b.getMultiaddrs())
  }

  async open(): Promise<[ByteStream, ByteStream]> {
    const [a, b] = this.hosts as [Libp2p, Libp2p]
    const accepted = new Promise<ByteStream>((resolve) => (this.#accept = resolve))
    const stream = await a.dialProtocol(peerIdFromString(b.peerId.toString()), PROTOCOL)
    return [libp2pByteStream(stream), await accepted]
  }

  async stop(): Promise<void> {
    for (const host of this.hosts) await host.stop()
  }
}

const two = new TwoHosts()
describeByteStream('a libp2p stream', {
  start: () => two.start(),
  stop: () => two.stop(),
  open: () => two.open()
})

describe('a libp2p stream that the other side ended while it was negotiated', () => {
  it('gives what came, and ends', async () => {
    const [here, there] = await streamPair()
    const early = byteStream(there)
    here.send(Uint8Array.of(1, 2, 3))
    await here.close()
    await until('the end has come', () => there.remoteWriteStatus === 'closed')
    const stream = libp2pByteStream(early.unwrap())
    expect(Buffer.concat(await collect(stream))).toEqual(Buffer.of(1, 2, 3))
  })
})

describe('a libp2p stream whose connection goes', () => {
  it('breaks, and does not look like an answer that is complete', async () => {
    const hosts = new TwoHosts()
    await hosts.start()
    try {
      const [here, there] = await hosts.open()
      await there.write(Uint8Array.of(1, 2, 3))
      const reading = (async () => {
        let size = 0
        for await (const chunk of here) {
          size += chunk.length
          if (size === 3) await hosts.hosts[1]!.stop()
        }
      })()
      await expect(reading).rejects.toThrow()
      expect(here.broken.aborted).toBe(true)
    } finally {
      await hosts.stop()
    }
  })
})
