import { describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { emptyPin } from '@ipfs-cluster/api'
import { encodePin, pinKey } from '@ipfs-cluster/core/codec'
import type { StoredPin } from '@ipfs-cluster/core/state'
import { CID } from 'multiformats/cid'
import { PEER } from '../fake-cluster.ts'
import { open, send } from '../raw-client.ts'
import { serve, until } from '../serve.ts'

const HELLO = CID.parse('bafkqabtimvwgy3yk')
const REQUEST = 'GET /allocations HTTP/1.1\r\nHost: a\r\n\r\n'

/** Batches without end, and how many of them have been asked for. */
function endless(): {
  source: (signal?: AbortSignal) => AsyncIterable<readonly StoredPin[]>
  taken: () => number
  ended: () => boolean
} {
  const pin = emptyPin(HELLO)
  const batch: StoredPin[] = new Array<StoredPin>(256).fill({ key: pinKey(HELLO), value: encodePin(pin) })
  let taken = 0
  let hasEnded = false
  return {
    taken: () => taken,
    ended: () => hasEnded,
    source: async function* () {
      try {
        for (;;) {
          taken++
          yield batch
        }
      } finally {
        hasEnded = true
      }
    }
  }
}

describe('requests that are sent together', () => {
  it('are taken one after the other', async () => {
    await using served = await serve()
    const releases: (() => void)[] = []
    served.cluster.streams.set('listStored', async function* () {
      await new Promise<void>((resolve) => releases.push(resolve))
      yield []
    })
    const socket = open(served.target)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.write(REQUEST.repeat(10))
    for (let n = 1; n <= 10; n++) {
      await until(() => releases.length >= n)
      // One that was sent later by somebody else is answered meanwhile.
      expect((await served.ask({ path: '/version' })).status).toBe(200)
      expect(releases).toHaveLength(n)
      releases[n - 1]?.()
    }
    await until(() => text.match(/^HTTP\/1\.1 204/gm)?.length === 10)
    socket.destroy()
  })

  it('may have bodies, and end with the connection', async () => {
    await using served = await serve()
    const body = `{"peer_id":"${PEER}"}`
    const post = `POST /peers HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const answer = await served.ask({
      raw: `${REQUEST}${post}GET /version HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`
    })
    expect(answer.status).toBe(204)
    expect(served.cluster.calls).toContain(`peerAdd ${PEER}`)
    expect(answer.body).toContain('"version"')
  })
})

describe('a stream', () => {
  it('waits for a client that stops reading, and ends when that goes away', async () => {
    await using served = await serve()
    const { source, taken, ended } = endless()
    served.cluster.streams.set('listStored', source)
    const socket = open(served.target)
    socket.write(REQUEST)
    await once(socket, 'data')
    socket.pause()
    let before = -1
    while (taken() !== before) {
      before = taken()
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    // Some megabytes of lines of 340 bytes stand in the buffers of the kernel.
    expect(taken()).toBeLessThan(400)
    expect((await served.ask({ path: '/version' })).status).toBe(200)
    socket.destroy()
    await until(ended)
  })

  it('sends a line at once when the next one takes time', async () => {
    await using served = await serve()
    let release = (): void => {}
    const wait = new Promise<void>((resolve) => (release = resolve))
    served.cluster.streams.set('statusAll', async function* () {
      yield await served.cluster.status(HELLO)
      await wait
      yield await served.cluster.status(HELLO)
    })
    const socket = open(served.target)
    socket.write('GET /pins HTTP/1.1\r\nHost: a\r\n\r\n')
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await until(() => text.includes('"cid"'))
    expect(text).not.toContain('0\r\nX-Stream-Error')
    release()
    await until(() => text.endsWith('0\r\nX-Stream-Error: \r\n\r\n'))
    expect(text.match(/"cid"/g)).toHaveLength(2)
    socket.destroy()
  })

  it('ends when the client goes away, whether or not the source heeds the signal', async () => {
    await using served = await serve()
    let hasEnded = false
    served.cluster.streams.set('statusAll', async function* () {
      try {
        for (;;) {
          yield await served.cluster.status(HELLO)
          await new Promise((resolve) => setImmediate(resolve))
        }
      } finally {
        hasEnded = true
      }
    })
    const socket = open(served.target)
    socket.write('GET /pins HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(socket, 'data')
    socket.destroy()
    await until(() => hasEnded)
  })

  it('aborts work that waits when the client goes away', async () => {
    await using served = await serve()
    let isAborted = false
    served.cluster.streams.set('statusAll', async function* (signal) {
      yield await served.cluster.status(HELLO)
      await new Promise<void>((resolve) => signal!.addEventListener('abort', () => resolve()))
      isAborted = true
    })
    const socket = open(served.target)
    socket.write('GET /pins HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(socket, 'data')
    socket.destroy()
    await until(() => isAborted)
  })

  it('is cut off in time when the surface stops, and says so', async () => {
    await using served = await serve({ stopGrace: 50 })
    served.cluster.streams.set('statusAll', async function* (signal) {
      yield await served.cluster.status(HELLO)
      await new Promise<void>((resolve) => signal!.addEventListener('abort', () => resolve()))
      signal!.throwIfAborted()
    })
    const answer = send(served.target, { path: '/pins' })
    await until(() => served.cluster.calls.includes('statusAll 0'))
    await new Promise((resolve) => setImmediate(resolve))
    await served.api.stop()
    expect(await answer).toMatchObject({ status: 200, trailers: [['X-Stream-Error', 'the peer is shutting down']] })
  })

  it('is let end when the surface stops', async () => {
    await using served = await serve({ stopGrace: 10_000 })
    let release = (): void => {}
    const wait = new Promise<void>((resolve) => (release = resolve))
    served.cluster.streams.set('statusAll', async function* () {
      yield await served.cluster.status(HELLO)
      await wait
    })
    const answer = send(served.target, { path: '/pins' })
    await until(() => served.cluster.calls.includes('statusAll 0'))
    const stopped = served.api.stop()
    release()
    expect(await answer).toMatchObject({ status: 200, trailers: [['X-Stream-Error', '']] })
    await stopped
  })
})
