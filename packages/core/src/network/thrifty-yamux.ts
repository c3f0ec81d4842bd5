import type { Stream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { yamux } from '@libp2p/yamux'
import type { YamuxMuxerInit } from '@libp2p/yamux'
import { StreamState } from '@libp2p/yamux/stream'
import type { YamuxStream } from '@libp2p/yamux/stream'
import { trustAgreements } from './agreed-protocols.ts'
import { KEEP_ALIVE_INTERVAL } from './defaults.ts'
import { gatherWrites } from './gathered-writes.ts'
import { libp2pByteStream } from './libp2p-byte-stream.ts'
import { endWhenSilent } from './silence.ts'

/** What libp2p keeps to itself of a muxer, and of what a stream may still receive before the other side is told. */
interface MuxerInside {
  _newStream(...args: readonly unknown[]): YamuxStream
}
interface StreamInside {
  readonly state: StreamState
  readonly recvWindow: number
  readonly recvWindowCapacity: number
}

/**
 * Yamux that tells the other side of more room when half of a window is used up, as Go peers do. libp2p in JavaScript
 * tells of it behind every message, which doubles the frames that are encrypted, written, read and decrypted. It also
 * sends the frames of one turn together, does not wait for what was agreed before, and ends connections to peers that
 * have fallen silent.
 */
export function thriftyYamux(
  init: YamuxMuxerInit,
  keepAliveInterval: number = KEEP_ALIVE_INTERVAL
): () => StreamMuxerFactory {
  return () => {
    const factory: StreamMuxerFactory = yamux({ ...init, enableKeepAlive: false })()
    const create = factory.createStreamMuxer.bind(factory)
    factory.createStreamMuxer = (connection) => {
      const flush = gatherWrites(connection)
      const muxer = trustAgreements(flushedAtEnd(thrifty(create(connection)), flush))
      endWhenSilent(muxer, connection, keepAliveInterval)
      return muxer
    }
    return factory
  }
}

function thrifty(muxer: StreamMuxer): StreamMuxer {
  const inside = muxer as unknown as MuxerInside
  const newStream = inside._newStream.bind(inside)
  inside._newStream = (...args) => {
    const stream = newStream(...args)
    const sendUpdate = stream.sendWindowUpdate.bind(stream)
    stream.sendWindowUpdate = () => {
      if (isWorthTelling(stream as unknown as StreamInside)) sendUpdate()
    }
    stream[Symbol.asyncIterator] = () => readToEnd(stream)
    return stream
  }
  return muxer
}

/**
 * What libp2p's own services read of a stream. Its iterator waits for an end that came before it was asked for the first
 * time, as that of a call does that comes in one piece.
 */
async function* readToEnd(stream: Stream): AsyncGenerator<Uint8Array, void, undefined> {
  yield* libp2pByteStream(stream)
}

/** The connection is closed right behind the muxer, with which nobody would hear its last words. */
function flushedAtEnd(muxer: StreamMuxer, flush: () => void): StreamMuxer {
  const close = muxer.close.bind(muxer)
  const abort = muxer.abort.bind(muxer)
  muxer.close = (options) => close(options).finally(flush)
  muxer.abort = (err) => {
    abort(err)
    flush()
  }
  return muxer
}

/** An update also opens a stream, or accepts it. */
function isWorthTelling({ state, recvWindow, recvWindowCapacity }: StreamInside): boolean {
  const isOpening = state === StreamState.Init || state === StreamState.SYNReceived
  return isOpening || recvWindowCapacity <= recvWindow / 2
}
