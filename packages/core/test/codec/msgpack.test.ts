import { PinTypeBits, Time, TrackerStatusBits } from '@ipfs-cluster/api'
import * as api from '@ipfs-cluster/api'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { msgpack } from '../../src/codec/index.ts'
import type { MsgpackCodec } from '../../src/codec/msgpack/index.ts'
import { sentPins } from './arbitraries.ts'
import { fromHex, readFixture, readVectors, toHex } from './vectors.ts'

const { decodeMsgpack, encodeMsgpack, field, optional, struct } = msgpack

// Types that the Go release encodes but never sends: declared here, which also shows that a declaration is enough.
const addedOutput = struct<api.AddedOutput>({
  name: optional('n', msgpack.text),
  cid: field('c', msgpack.nullable(msgpack.cid)),
  bytes: optional('b', msgpack.uint),
  size: optional('s', msgpack.uint),
  allocations: optional('a', msgpack.list(msgpack.peerId))
})
const errorBody = struct<api.ErrorBody>({ code: optional('o', msgpack.int), message: optional('m', msgpack.text) })
const bandwidth = struct<api.Bandwidth>({
  totalIn: optional('i', msgpack.int64),
  totalOut: optional('o', msgpack.int64),
  rateIn: optional('ri', msgpack.float),
  rateOut: optional('ro', msgpack.float)
})
const ipfsPin = struct<{ cid: api.Pin['cid']; status: number }>({
  cid: field('c', msgpack.cid),
  status: field('t', msgpack.int)
})

/** A codec, and how its value is shown in JSON where the vector has that. */
interface Type<T> {
  codec: MsgpackCodec<T>
  toJSON?: (value: T) => unknown
}

function type<T>(codec: MsgpackCodec<T>, toJSON?: (value: T) => unknown): Type<unknown> {
  return { codec, toJSON } as Type<unknown>
}

const identity = (value: unknown): unknown => value

const TYPES: Readonly<Record<string, Type<unknown>>> = {
  'api.Pin': type(msgpack.pinMsgpack, api.pinToJSON),
  'api.ID': type(msgpack.idMsgpack, api.idToJSON),
  'api.IPFSID': type(msgpack.ipfsIdMsgpack, api.ipfsIdToJSON),
  'api.PinInfo': type(msgpack.pinInfoMsgpack, api.pinInfoToJSON),
  'api.PinInfoShort': type(msgpack.pinInfoShortMsgpack, api.pinInfoShortToJSON),
  'api.GlobalPinInfo': type(msgpack.globalPinInfoMsgpack, api.globalPinInfoToJSON),
  'api.Metric': type(msgpack.metricMsgpack, api.metricToJSON),
  '[]api.Metric': type(
    msgpack.nullable(msgpack.list(msgpack.metricMsgpack)),
    (list) => list?.map(api.metricToJSON) ?? null
  ),
  'api.Alert': type(msgpack.alertMsgpack, api.alertToJSON),
  'api.ConnectGraph': type(msgpack.connectGraphMsgpack, api.connectGraphToJSON),
  'api.IPFSRepoStat': type(msgpack.ipfsRepoStatMsgpack, api.ipfsRepoStatToJSON),
  'api.RepoGC': type(msgpack.repoGcMsgpack, api.repoGcToJSON),
  'api.GlobalRepoGC': type(msgpack.globalRepoGcMsgpack),
  'api.PinPath': type(msgpack.pinPathMsgpack, (value) => ({ ...api.pinOptionsToJSON(value), path: value.path })),
  'api.PinOptions': type(msgpack.pinOptionsMsgpack, api.pinOptionsToJSON),
  'api.AddedOutput': type(addedOutput, api.addedOutputToJSON),
  'api.NodeWithMeta': type(msgpack.blockMsgpack, (block) => ({
    Data: Buffer.from(block.data).toString('base64'),
    Cid: block.cid.toString(),
    CumSize: block.cumulativeSize
  })),
  'api.IPFSPinInfo': type(ipfsPin),
  'api.Version': type(msgpack.versionMsgpack, identity),
  'api.Error': type(errorBody, api.errorBodyToJSON),
  'api.BandwidthByProtocol': type(msgpack.record(bandwidth), api.bandwidthByProtocolToJSON),
  'api.Cid': type(msgpack.cid, (cid) => (api.isDefined(cid) ? cid.toString() : null)),
  'api.Multiaddr': type(msgpack.multiaddr, identity),
  'peer.ID': type(msgpack.peerId, identity),
  '[]peer.ID': type(msgpack.nullable(msgpack.list(msgpack.peerId)), identity),
  'struct {}': type(msgpack.empty, identity),
  string: type(msgpack.text, identity),
  '[]string': type(msgpack.list(msgpack.text), identity),
  '[]uint8': type(msgpack.nullable(msgpack.bytes), (bytes) =>
    bytes === null ? null : Buffer.from(bytes).toString('base64')
  ),
  int64: type(msgpack.int64, Number),
  uint64: type(msgpack.uint64, Number),
  'api.TrackerStatus': type(msgpack.int, (bits) => api.statusFilterNames(bits) || 'undefined'),
  'time.Time': type(msgpack.time, (time) => (time.isZero ? null : time.toString())),
  bool: type(msgpack.boolean, identity),
  float64: type(msgpack.float, identity)
}

// A list that Go may leave nil is never null in our types, so nil comes back as an empty list; a pin of no type at all
// comes back as one of a bad type.
const NOT_IDENTICAL = new Set(['api.GlobalRepoGC', 'zero'])

// Go takes the text of a peer ID for the bytes of another one, that nobody has.
const REFUSED_BY_US = new Set(['peer-as-text'])

const all = [...readVectors('pins_msgpack.json'), ...readVectors('msgpack_types.json')]
// The parameters of an add are never sent.
const vectors = all.filter(({ go_type }) => go_type !== 'api.AddParams')

describe('msgpack of the Go release', () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))(
    '%s',
    (name, { go_type = '', hex = '', json_value }) => {
      const { codec, toJSON } = TYPES[go_type] ?? {}
      if (codec === undefined) throw new Error(`no codec for ${go_type}`)
      const value = decodeMsgpack(codec, fromHex(hex))
      if (toJSON !== undefined && json_value !== null) {
        const text = api.stringify(toJSON(value) as api.JsonValue)
        expect(JSON.parse(text)).toEqual(json_value)
      }
      if (!NOT_IDENTICAL.has(name)) expect(toHex(encodeMsgpack(codec, value))).toBe(hex)
    }
  )

  it('keeps integers of 64 bits exact', () => {
    const metric = vectors.find(({ name }) => name === 'api.Metric-received')
    expect(decodeMsgpack(msgpack.metricMsgpack, fromHex(metric?.hex ?? ''))).toMatchObject({
      expire: 1700000030123456789n,
      receivedAt: 1700000000123456789n
    })
  })

  it('reads metrics as they are published', () => {
    for (const { hex = '' } of readVectors('metrics_pubsub.json').filter(({ go_type }) => go_type === 'api.Metric')) {
      expect(toHex(encodeMsgpack(msgpack.metricMsgpack, decodeMsgpack(msgpack.metricMsgpack, fromHex(hex))))).toBe(hex)
    }
  })

  it('writes the headers of calls', () => {
    interface ServiceId {
      name: string
      method: string
    }
    const serviceId = struct<ServiceId>({ name: field('Name', msgpack.text), method: field('Method', msgpack.text) })
    const response = struct<{ service: ServiceId; error: string; errorType: number }>({
      service: optional('Service', serviceId),
      error: optional('Error', msgpack.text),
      errorType: optional('ErrType', msgpack.int)
    })
    for (const { name, hex = '' } of readVectors('gorpc_headers.json')) {
      const codec = (name === 'ServiceID' ? serviceId : response) as MsgpackCodec<object>
      expect(toHex(encodeMsgpack(codec, decodeMsgpack(codec, fromHex(hex))))).toBe(hex)
    }
  })

  it('has the numbers of the Go release', () => {
    const enums = JSON.parse(readFixture('enums.json')) as Record<string, Record<string, number>>
    expect(PinTypeBits).toEqual(enums['PinType'])
    expect({ ...TrackerStatusBits, error: 14, queued: 1536 }).toEqual(enums['TrackerStatus'])
  })
})

describe('what the Go decoder takes', () => {
  const cases = readVectors('msgpack_decode_acceptance.json')

  it.each(cases.map((vector) => [vector.name, vector] as const))('%s', (name, { go_type = '', hex = '', extra }) => {
    const codec = TYPES[go_type]?.codec
    if (codec === undefined) throw new Error(`no codec for ${go_type}`)
    if (extra?.['accepted'] === true && !REFUSED_BY_US.has(name)) {
      expect(toHex(encodeMsgpack(codec, decodeMsgpack(codec, fromHex(hex))))).toBe(extra['reencoded_hex'])
    } else {
      expect(() => decodeMsgpack(codec, fromHex(hex))).toThrow(expect.objectContaining({ name: 'ClusterError' }))
    }
  })
})

describe('msgpack against hostile input', () => {
  it('throws an error of its own wherever a message is cut', () => {
    for (const { go_type = '', hex = '' } of vectors) {
      const codec = TYPES[go_type]?.codec
      if (codec === undefined) throw new Error(`no codec for ${go_type}`)
      for (let end = 0; end < hex.length / 2; end++) {
        expect(() => decodeMsgpack(codec, fromHex(hex).subarray(0, end))).toThrow(
          expect.objectContaining({ name: 'ClusterError', code: 'ERR_BAD_ENCODING' })
        )
      }
    }
  })

  it('never fails in another way on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(...Object.values(TYPES)), (bytes, { codec }) => {
        try {
          decodeMsgpack(codec, bytes)
        } catch (error) {
          expect(error).toHaveProperty('name', 'ClusterError')
        }
      }),
      { numRuns: 2000 }
    )
  })

  it.each(['dbffffffff', 'c6ffffffff', 'ddffffffff', 'dfffffffff', 'c9ffffffffff', 'de0001a17add7fffffff00'])(
    'does not believe the length of %s',
    (hex) => {
      for (const { codec } of Object.values(TYPES)) expect(() => decodeMsgpack(codec, fromHex(hex))).toThrow()
    }
  )

  it('does not turn a small message into millions of objects', () => {
    const nils = Buffer.concat([Buffer.from('dd001e8480', 'hex'), Buffer.alloc(2_000_000, 0xc0)])
    expect(() => decodeMsgpack(msgpack.list(msgpack.pinMsgpack), nils)).toThrow('more than 1000000 elements')
  })

  it('skips a value of any depth without recursion', () => {
    const depth = 200_000
    const nested = Buffer.concat([
      Buffer.from('82a17a', 'hex'),
      Buffer.alloc(depth, 0x91),
      Buffer.from('c0a176a131', 'hex')
    ])
    expect(decodeMsgpack(msgpack.versionMsgpack, nested)).toEqual({ version: '1' })
  })

  it('refuses negative numbers where there can be none', () => {
    for (const codec of [msgpack.uint, msgpack.uint64] as MsgpackCodec<unknown>[]) {
      expect(() => decodeMsgpack(codec, fromHex('ff'))).toThrow('expected an unsigned integer, not -1')
    }
  })

  it('refuses bytes after the value', () => {
    expect(() => decodeMsgpack(msgpack.text, fromHex('a0a0'))).toThrow('bytes after the value')
  })
})

describe('msgpack codecs', () => {
  it('read back the pins they write', () => {
    fc.assert(
      fc.property(sentPins, (pin) => {
        expect(decodeMsgpack(msgpack.pinMsgpack, encodeMsgpack(msgpack.pinMsgpack, pin))).toEqual({
          ...pin,
          expireAt: new Time(pin.expireAt.seconds, 0, pin.expireAt.offsetMinutes)
        })
      })
    )
  })

  it('read back any integer, in the shortest signed or unsigned form', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(decodeMsgpack(msgpack.int64, encodeMsgpack(msgpack.int64, value))).toBe(value)
        if (value >= 0n) expect(decodeMsgpack(msgpack.uint64, encodeMsgpack(msgpack.uint64, value))).toBe(value)
      })
    )
  })

  it('name every key when asked to, with nil for nothing', () => {
    const codec = struct<api.Pin>(msgpack.everyKey(msgpack.pinMsgpackFields))
    const pin = decodeMsgpack(msgpack.pinMsgpack, fromHex('80'))
    const hex = toHex(encodeMsgpack(codec, pin))
    expect(hex).toMatch(/^de0010/)
    expect(decodeMsgpack(codec, fromHex(hex))).toEqual(pin)
  })
})

const PEER = '12D3KooWMAWNNLgRRsWu5Ah4hd6ecnoWGg78kCGpHaY7UAAJiLrF'

describe('what a status says beside what Go knows', () => {
  const detail = {
    ...{ reason: 'number 2 of 7 that wait', queuePlace: 2, queueLength: 7, blocks: 120, lastError: 'no provider' },
    ...{ lastProgress: new Time(1_700_000_000, 0, 0), nextTry: Time.ZERO }
  }
  const info = { ...decodeMsgpack(msgpack.pinInfoMsgpack, Uint8Array.of(0x80)), status: 'pin_queued' as const }

  it('travels under a key of its own', () => {
    expect(
      decodeMsgpack(msgpack.pinInfoMsgpack, encodeMsgpack(msgpack.pinInfoMsgpack, { ...info, detail })).detail
    ).toEqual(detail)
  })

  it('is left out where there is nothing to say', () => {
    const bytes = encodeMsgpack(msgpack.pinInfoMsgpack, info)
    expect(Buffer.from(bytes).includes(Buffer.from([0xa1, 0x78]))).toBe(false)
    expect(api.pinInfoToJSON(info)).not.toHaveProperty('detail')
    const explained = { ...info, peerMap: { [PEER]: info }, allocation: undefined }
    expect(api.explainedPinInfoToJSON(explained)).not.toHaveProperty(['peer_map', PEER, 'detail'])
  })

  it('is told as JSON only to those who ask for it', () => {
    const explained = { ...info, peerMap: { [PEER]: { ...info, detail } }, allocation: undefined }
    expect(api.pinInfoToJSON({ ...info, detail })).not.toHaveProperty('detail')
    expect(api.globalPinInfoToJSON(explained)).not.toHaveProperty(['peer_map', PEER, 'detail'])
    expect(api.explainedPinInfoToJSON(explained)).toHaveProperty(
      ['peer_map', PEER, 'detail'],
      expect.objectContaining({ reason: 'number 2 of 7 that wait', queue_place: 2, queue_length: 7, blocks: 120 })
    )
  })
})
