import { connect } from 'node:net'
import type { Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

/** A libp2p host whose streams lead to a port of this machine; gone when it is disposed of. */
export interface Bridge extends AsyncDisposable {
  readonly id: string
  /** Where it listens, with its ID. */
  readonly address: string
}

export async function bridgeTo(port: number, protocol = '/libp2p-http'): Promise<Bridge> {
  const host = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()]
  })
  await host.handle(protocol, (stream) => join(stream, port))
  return {
    id: host.peerId.toString(),
    address: host.getMultiaddrs()[0]?.toString() ?? '',
    [Symbol.asyncDispose]: async () => host.stop()
  }
}

/** Passes on bytes and ends of both directions, and holds back who sends too fast. */
function join(stream: Stream, port: number): void {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  stream.maxReadBufferLength = 64 * 1024 * 1024
  stream.addEventListener('message', ({ data }) => {
    if (!socket.write(data.subarray()) && stream.readStatus === 'readable') stream.pause()
  })
  socket.on('drain', () => {
    if (stream.readStatus === 'paused') stream.resume()
  })
  stream.addEventListener('remoteCloseWrite', () => socket.end())
  stream.addEventListener('close', () => socket.destroy())
  socket.on('data', (chunk) => {
    if (stream.writeStatus === 'writable') stream.send(chunk)
  })
  // What had come before a failure still has to arrive, as it does over TCP.
  socket.on('end', () => void stream.close().catch(() => {}))
  socket.on('error', () => void stream.close().catch(() => {}))
  socket.on('close', (hadError) => {
    if (!hadError && !socket.readableEnded) stream.abort(new Error('connection reset'))
  })
}
