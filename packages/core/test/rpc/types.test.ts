import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { msgpack } from '../../src/codec/index.ts'
import { SERVICES } from '../../src/rpc/index.ts'
import { testCid } from '../pintracker/fakes.ts'
import { toHex } from './helpers.ts'

function roundTrip<T>(codec: msgpack.MsgpackCodec<T>, value: T): T {
  return msgpack.decodeMsgpack(codec, msgpack.encodeMsgpack(codec, value))
}

describe('types of calls', () => {
  it('a value of a configuration comes back as it was', () => {
    const values = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown)
    fc.assert(
      fc.property(values, (value) => {
        expect(roundTrip(SERVICES.IPFSConnector.ConfigKey.reply, value)).toEqual(value)
      })
    )
  })

  it('an entry of an IPFS pin list has the numbers of the Go release', () => {
    const pin = { cid: testCid(1), status: 'recursive' } as const
    const { reply } = SERVICES.IPFSConnector.PinLs
    expect(toHex(msgpack.encodeMsgpack(reply, pin))).toMatch(/^82a163da0024.{72}a17403$/)
    expect(roundTrip(reply, pin)).toEqual(pin)
  })

  it('bandwidth is by protocol', () => {
    const value = { '/a/1': { totalIn: 1n, totalOut: 0n, rateIn: 0.5, rateOut: 0 } }
    expect(roundTrip(SERVICES.Cluster.BandwidthByProtocol.reply, value)).toEqual(value)
  })
})
