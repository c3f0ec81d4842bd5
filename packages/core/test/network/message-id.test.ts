import { describe, expect, it } from '@jest/globals'
import { ProtobufReader } from '../../src/codec/index.ts'
import { messageId } from '../../src/network/index.ts'
import { readVectors, toHex } from '../codec/vectors.ts'

const FROM = 1
const SEQNO = 3

interface Published {
  message_id_hex: string
  signed_message_pb_hex: string
}

describe('messageId', () => {
  it('is what Go peers work out for their messages', () => {
    const published = readVectors('metrics_pubsub.json').flatMap(({ extra }) =>
      extra?.['message_id_hex'] === undefined ? [] : [extra as unknown as Published]
    )
    expect(published.length).toBeGreaterThan(1)
    for (const { message_id_hex: id, signed_message_pb_hex: message } of published) {
      const { from, seqno } = read(Buffer.from(message, 'hex'))
      expect(toHex(messageId(from, Buffer.from(seqno).readBigUInt64BE()))).toBe(id)
    }
  })
})

function read(message: Uint8Array): { from: Uint8Array; seqno: Uint8Array } {
  let from = new Uint8Array()
  let seqno = new Uint8Array()
  const reader = new ProtobufReader(message)
  while (reader.next()) {
    if (reader.field === FROM) from = new Uint8Array(reader.bytes())
    else if (reader.field === SEQNO) seqno = new Uint8Array(reader.bytes())
    else reader.skip()
  }
  return { from, seqno }
}
