import type { Stream, StreamMuxer } from '@libp2p/interface'
import { UnsupportedProtocolError } from '@libp2p/interface'
import { frame } from './frames.ts'
import { takeOffInput } from './tap.ts'

/** What multistream-select says first, on both sides. */
const GREETING = '/multistream/1.0.0'

/**
 * Opens a stream of a protocol that the other side has agreed to before without waiting until it does so again: what is
 * asked for and the first bytes go out together, as with Go peers. A stream that is refused all the same is aborted, and
 * the next one of that protocol is negotiated as the first was.
 */
export function trustAgreements(muxer: StreamMuxer): StreamMuxer {
  /** What asks for each protocol. The answer is the same. */
  const agreed = new Map<string, Uint8Array>()
  const agree = (protocol: string): void => void agreed.set(protocol, requestFor(protocol))
  const createStream = muxer.createStream.bind(muxer)
  muxer.createStream = async (options = {}) => {
    const stream = await createStream(options)
    const { protocol } = options
    if (protocol === undefined) return stream
    const request = agreed.get(protocol)
    if (request !== undefined) open(stream, protocol, request, () => agreed.delete(protocol))
    // Until it is negotiated a stream has none.
    else stream.addEventListener('close', () => void (stream.protocol === protocol && agree(protocol)))
    return stream
  }
  return muxer
}

function open(stream: Stream, protocol: string, request: Uint8Array, onRefused: () => void): void {
  takeOffInput(stream, request, () => {
    onRefused()
    stream.abort(new UnsupportedProtocolError(`failed to open stream: protocols not supported: [${protocol}]`))
  })
  stream.protocol = protocol
  stream.send(request)
}

function requestFor(protocol: string): Uint8Array {
  return Buffer.concat([line(GREETING), line(protocol)])
}

function line(text: string): Uint8Array {
  return frame(Buffer.from(`${text}\n`))
}
