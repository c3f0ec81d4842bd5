import { describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { emptyPin, Time } from '@ipfs-cluster/api'
import { CID } from 'multiformats/cid'
import { EventFeed } from '../../src/index.ts'
import { FakeCluster, PEER } from '../fake-cluster.ts'
import { open } from '../raw-client.ts'
import { serve, until } from '../serve.ts'
import type { Served } from '../serve.ts'

const HELLO = CID.parse('bafkqabtimvwgy3yk')
const OTHER = '12D3KooWQ4gyJHKpUJXkaHt6BcyyGz9vuyZ7Ws61ApmaUHX7cTZc'

interface Event {
  id: string
  event: string
  data: unknown
}

/** A client of the events that keeps what it gets. */
class Listener {
  text = ''
  readonly socket: Socket

  constructor({ target }: Served, query = '', headers = '') {
    this.socket = open(target)
    this.socket.on('error', () => {})
    this.socket.on('data', (chunk: Buffer) => (this.text += chunk.toString()))
    this.socket.write(`GET /events${query} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`)
  }

  /** The body without its chunks. */
  get events(): Event[] {
    const body = this.text.slice(this.text.indexOf('\r\n\r\n') + 2).replace(/\r\n[0-9a-f]+\r\n/g, '')
    return body.split('\n\n').flatMap((block) => {
      const fields = new Map(
        block.split('\n').map((line): [string, string] => [line.split(': ', 1)[0]!, line.slice(line.indexOf(': ') + 2)])
      )
      const event = fields.get('event')
      return event === undefined
        ? []
        : [{ id: fields.get('id') ?? '', event, data: JSON.parse(fields.get('data') ?? '') as unknown }]
    })
  }

  get lastId(): string {
    return [...this.text.matchAll(/id: (\S+)/g)].at(-1)?.[1] ?? ''
  }

  async ready(): Promise<this> {
    await until(() => this.text.includes('retry: '))
    return this
  }
}

function metric(peer: string, name = 'ping'): Parameters<FakeCluster['alertList']['push']>[0] {
  const base = { name, peer, value: '{"peer_name":"other"}', expire: 1n, valid: true, weight: 0n, partitionable: false }
  return { ...base, receivedAt: 1n, triggeredAt: Time.parse('2026-01-02T03:04:05Z') }
}

function tell({ cluster }: Served, count = 1): void {
  for (let i = 0; i < count; i++) cluster.events.emit('pin:delete', { cid: HELLO })
}

describe('events', () => {
  it('tell of pins, their state, peers and alerts', async () => {
    await using served = await serve()
    const listener = await new Listener(served).ready()
    expect(listener.text).toContain('Content-Type: text/event-stream\r\n')
    const { events } = served.cluster
    events.emit('pin:put', { pin: emptyPin(HELLO) })
    events.emit('pin:status', { cid: HELLO, status: 'pin_error', error: 'no\nroom', attemptCount: 2 })
    events.emit('pin:delete', { cid: HELLO })
    events.emit('alert', metric(OTHER))
    served.cluster.metricList = [metric(OTHER)]
    await until(() => listener.text.includes('peer:joined'))
    served.cluster.metricList = []
    await until(() => listener.text.includes('peer:left'))
    expect(listener.events.map(({ event, data }) => [event, data])).toEqual([
      ['pin:put', expect.objectContaining({ cid: HELLO.toString(), type: 'pin' })],
      ['pin:status', { cid: HELLO.toString(), status: 'pin_error', error: 'no\nroom', attempt_count: 2 }],
      ['pin:delete', { cid: HELLO.toString() }],
      ['alert', expect.objectContaining({ peer: OTHER, triggered_at: '2026-01-02T03:04:05Z' })],
      ['peer:joined', { peer: OTHER, peername: 'other' }],
      ['peer:left', { peer: OTHER, peername: 'other' }]
    ])
    listener.socket.destroy()
  })

  it('are only those that are asked for', async () => {
    await using served = await serve()
    const listener = await new Listener(served, '?types=pin:put,alert').ready()
    tell(served)
    served.cluster.events.emit('alert', metric(PEER))
    await until(() => listener.events.length > 0)
    expect(listener.events.map(({ event }) => event)).toEqual(['alert'])
    listener.socket.destroy()
    expect(await served.ask({ path: '/events?types=pin:put,nonsense' })).toMatchObject({
      status: 400,
      body: '{"code":400,"message":"parameter types: nonsense is none"}\n'
    })
  })

  it('go on behind the last one that was seen', async () => {
    await using served = await serve()
    const first = await new Listener(served).ready()
    tell(served, 2)
    await until(() => first.events.length === 2)
    first.socket.destroy()
    tell(served, 3)
    const again = [
      new Listener(served, '', `Last-Event-ID: ${first.lastId}\r\n`),
      new Listener(served, `?last-event-id=${first.lastId}`)
    ]
    await until(() => again.every((each) => each.events.length === 3))
    tell(served)
    await until(() => again.every((each) => each.events.length === 4))
    for (const { events, socket } of again) {
      expect(events.map(({ event }) => event)).toEqual(new Array(4).fill('pin:delete'))
      expect(new Set(events.map(({ id }) => id)).size).toBe(4)
      socket.destroy()
    }
  })

  it.each(['nonsense', 'abc.1', '.', '-1', '9999999999999999999999'])(
    'say that some were missed behind %s',
    async (id) => {
      await using served = await serve()
      const listener = new Listener(served, '', `Last-Event-ID: ${id}\r\n`)
      await until(() => listener.events.length > 0)
      expect(listener.events[0]).toMatchObject({ event: 'reset' })
      listener.socket.destroy()
    }
  )

  it('end when the surface stops, without waiting for the grace', async () => {
    await using served = await serve({ stopGrace: 60_000 })
    const listener = await new Listener(served).ready()
    const closed = once(listener.socket, 'end')
    await served.api.stop()
    await closed
    listener.socket.destroy()
  })

  it('are cut off for a client that does not read, and go on for the others', async () => {
    await using served = await serve()
    const slow = await new Listener(served).ready()
    slow.socket.pause()
    const fast = await new Listener(served, '?types=alert').ready()
    const pin = { ...emptyPin(HELLO), name: 'x'.repeat(10_000) }
    const cut = Promise.race([once(slow.socket, 'end'), once(slow.socket, 'close')])
    // More than the kernel takes for the client, and then more than is kept.
    for (let round = 0; round < 150; round++) {
      for (let i = 0; i < 50; i++) served.cluster.events.emit('pin:put', { pin })
      await new Promise((resolve) => setImmediate(resolve))
    }
    served.cluster.events.emit('alert', metric(PEER))
    await until(() => fast.events.length === 1)
    slow.socket.resume()
    await cut
    slow.socket.destroy()
    expect(slow.text.endsWith('0\r\n\r\n')).toBe(false)
    fast.socket.destroy()
  })
})

describe('the feed', () => {
  async function next(stream: AsyncGenerator<string>): Promise<string> {
    return (await stream.next()).value ?? ''
  }
  const signal = new AbortController().signal
  const onTooSlow = (): void => {}

  it('listens to nothing before somebody listens to it, nor long after', async () => {
    const cluster = new FakeCluster()
    const feed = new EventFeed(cluster, { keepFor: 1 })
    expect(cluster.events.hasListeners('pin:put')).toBe(false)
    const stream = feed.listen({ types: new Set(), signal, onTooSlow })
    await next(stream)
    expect(cluster.events.hasListeners('pin:put')).toBe(true)
    await stream.return()
    await until(() => !cluster.events.hasListeners('pin:put'))
    feed.close()
  })

  it('keeps as many events as it may', async () => {
    const cluster = new FakeCluster()
    const feed = new EventFeed(cluster, { kept: 3 })
    const stream = feed.listen({ types: new Set(), signal, onTooSlow })
    const id = /id: (\S+)/.exec(await next(stream))?.[1] ?? ''
    await stream.return()
    const missed = async (): Promise<string> => {
      const again = feed.listen({ types: new Set(), lastId: id, signal, onTooSlow })
      const text = await next(again)
      await again.return()
      return text
    }
    for (let i = 0; i < 3; i++) cluster.events.emit('pin:delete', { cid: HELLO })
    expect(await missed()).not.toContain('reset')
    cluster.events.emit('pin:delete', { cid: HELLO })
    expect(await missed()).toContain('reset')
    feed.close()
  })

  it('shows that it is there when nothing happens', async () => {
    const feed = new EventFeed(new FakeCluster(), { keepAlive: 1 })
    const stream = feed.listen({ types: new Set(), signal, onTooSlow })
    await next(stream)
    expect(await next(stream)).toBe(': still here\n\n')
    await stream.return()
    feed.close()
  })

  it('takes only so many listeners', async () => {
    const feed = new EventFeed(new FakeCluster(), { maxListeners: 1 })
    const stream = feed.listen({ types: new Set(), signal, onTooSlow })
    await next(stream)
    expect(() => feed.listen({ types: new Set(), signal, onTooSlow })).toThrow('1 listeners already')
    await stream.return()
    feed.close()
  })
})
