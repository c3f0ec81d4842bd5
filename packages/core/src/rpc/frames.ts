import { msgpack } from '../codec/index.ts'
import type { ResponseHeader, ServiceId } from './header.ts'
import { responseHeaderMsgpack } from './header.ts'

const NIL = Uint8Array.of(0xc0)

/** Writes the replies of one call: each is a header and a value (spec: wire 2.2). */
export class ReplyEncoder<R> {
  readonly #id: ServiceId
  readonly #codec: msgpack.MsgpackCodec<R>
  readonly #okHeader: Uint8Array

  constructor(id: ServiceId, codec: msgpack.MsgpackCodec<R>) {
    this.#id = id
    this.#codec = codec
    this.#okHeader = msgpack.encodeMsgpack(responseHeaderMsgpack, { id, error: '', errorType: 0 })
  }

  reply(value: R): Uint8Array {
    return this.#frame(this.#okHeader, value)
  }

  async *replies(values: AsyncIterable<R>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const value of values) yield this.reply(value)
  }

  /** The failure of a unary method, with the zero reply that a Go peer sends along. */
  failure(error: string): Uint8Array {
    const header = msgpack.encodeMsgpack(responseHeaderMsgpack, { id: this.#id, error, errorType: 0 })
    return this.#frame(header, this.#codec.zero())
  }

  #frame(header: Uint8Array, value: R): Uint8Array {
    const writer = new msgpack.MsgpackWriter()
    writer.encoded(header)
    this.#codec.write(writer, value)
    return writer.finish()
  }
}

/** An error in place of a reply: its value is nil. */
export function encodeError(header: ResponseHeader): Uint8Array {
  return Buffer.concat([msgpack.encodeMsgpack(responseHeaderMsgpack, header), NIL])
}
