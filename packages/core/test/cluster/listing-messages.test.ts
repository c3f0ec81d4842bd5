import { describe, expect, it } from '@jest/globals'
import type { TrackerStatus } from '@ipfs-cluster/api'
import fc from 'fast-check'
import { EXTENSIONS, listingIn, messagesOf } from '../../src/cluster/listing-messages.ts'
import { encodePin, msgpack, pinKey } from '../../src/codec/index.ts'
import type { ListedPin, PinListing } from '../../src/pintracker/listed-pin.ts'
import { pinInfo } from '../../src/pintracker/status.ts'
import { collect, IPFS_ID, PEER, testCid, testPin } from '../pintracker/fakes.ts'

const ANSWERER = { peerId: PEER, peername: 'näme', ipfsPeerId: IPFS_ID, ipfsPeerAddresses: ['/ip4/127.0.0.1/tcp/4001'] }
const { reply } = EXTENSIONS.PinTracker.List

type Message = ReturnType<typeof reply.zero>

async function* from<T>(...items: T[]): AsyncGenerator<T> {
  yield* items
}

/** Through the bytes of the wire. */
async function carried(...parts: PinListing[]): Promise<PinListing[]> {
  const messages = await collect(messagesOf(from(...parts)))
  const received = messages.map((each) => msgpack.decodeMsgpack(reply, msgpack.encodeMsgpack(reply, each)))
  return collect(listingIn(PEER, from(...received)))
}

function pinsIn(message: Partial<Message>): Promise<PinListing[]> {
  return collect(listingIn(PEER, from({ ...reply.zero(), ...message })))
}

describe('messages with a list of pins', () => {
  it('hold what was listed', async () => {
    const numbers = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 31 }), fc.string(), fc.boolean()))
    const statuses = fc.constantFrom<TrackerStatus>('pinned', 'unexpectedly_unpinned', 'remote', 'sharded')
    await fc.assert(
      fc.asyncProperty(numbers, statuses, async (items, status) => {
        const pins = items.map(([n, name, isAtRest]): ListedPin => {
          const pin = testPin(testCid(n), { name })
          const key = pinKey(pin.cid)
          if (isAtRest) return { key, value: encodePin(pin), status }
          return { key, info: { ...pinInfo(pin, ANSWERER, 'pin_error'), error: 'no space', attemptCount: 3 } }
        })
        const [part] = await carried({ answerer: ANSWERER, pins })
        expect(part?.answerer).toEqual(ANSWERER)
        expect(part?.pins.map(summary)).toEqual(pins.map(summary))
      })
    )
  })

  it('name who answers by one object as long as it is the same', async () => {
    const parts = [ANSWERER, ANSWERER, { ...ANSWERER, peername: 'other' }].map((answerer) => ({ answerer, pins: [] }))
    const [first, second, third] = await carried(...parts)
    expect(second?.answerer).toBe(first?.answerer)
    expect(third?.answerer).toMatchObject({ peerId: PEER, peername: 'other' })
  })

  it.each([
    ['cut short in the head', Uint8Array.of(0, 0, 0), 'cut short'],
    ['cut short in the value', Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 9, 0x41), 'cut short'],
    ['with a key that is none', Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0, 0x22), 'a key is none'],
    ['without a key', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0), 'a key is none'],
    ['with a status that there is not', Uint8Array.of(9, 0, 0, 0, 1, 0, 0, 0, 0, 0x41), 'there is no status 9'],
    ['with an item that is no msgpack', Uint8Array.of(255, 0, 0, 0, 1, 0, 0, 0, 1, 0x41, 0xc1), 'msgpack decode error']
  ])('are refused when %s', async (_, pins, words) => {
    await expect(pinsIn({ pins })).rejects.toMatchObject({ code: 'ERR_BAD_ENCODING' })
    await expect(pinsIn({ pins })).rejects.toThrow(words)
  })
})

function summary(pin: ListedPin): unknown {
  if (pin.value !== undefined) return [pin.key, Buffer.from(pin.value).toString('hex'), pin.status]
  const { cid, name, status, error, attemptCount, peername } = pin.info
  return [pin.key, cid.toString(), name, status, error, attemptCount, peername]
}
