import type { MessageStream } from '@libp2p/interface'

/** The part of libp2p's streams that what comes in passes through before anybody hears of it. */
interface Source {
  onData?(data: Bytes): void
}

type Bytes = Parameters<MessageStream['send']>[0]

/**
 * Looks at all bytes that come in on a stream. A listener cannot: the first one to come takes what has arrived away
 * from the reader.
 *
 * @param look - must not throw nor change the bytes
 */
export function tapInput(stream: MessageStream & Source, look: (data: Bytes) => void): void {
  const onData = stream.onData?.bind(stream)
  if (onData === undefined) return
  stream.onData = (data) => {
    look(data)
    onData(data)
  }
}

/** Looks at all bytes that go out on a stream. */
export function tapOutput(stream: MessageStream, look: (data: Bytes) => void): void {
  const send = stream.send.bind(stream)
  stream.send = (data) => {
    look(data)
    return send(data)
  }
}

/**
 * Takes what the other side must say first off what comes in, so that the reader gets what is behind it.
 *
 * @param onOther - the other side says something else, none of which reaches the reader, or ends before it has said all
 */
export function takeOffInput(stream: MessageStream & Source, expected: Uint8Array, onOther: () => void): void {
  const onData = stream.onData?.bind(stream)
  if (onData === undefined) return
  let missing = expected
  stream.addEventListener('remoteCloseWrite', () => {
    if (missing.length > 0) onOther()
  })
  stream.onData = (data) => {
    if (missing.length === 0) {
      onData(data)
      return
    }
    const bytes = data.subarray()
    const size = Math.min(bytes.length, missing.length)
    if (Buffer.compare(bytes.subarray(0, size), missing.subarray(0, size)) !== 0) {
      onOther()
      return
    }
    missing = missing.subarray(size)
    if (size < bytes.length) onData(bytes.subarray(size))
  }
}
