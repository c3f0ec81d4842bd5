import { describe, expect, it } from '@jest/globals'
import { failover, TransportError } from '../src/index.ts'
import type { Transport, TransportRequest, TransportResponse } from '../src/index.ts'

const GET: TransportRequest = { method: 'GET', path: '/', headers: {} }

describe('failover', () => {
  it('asks the next one when there is no answer', async () => {
    const tried: string[] = []
    const transport = failover([dead('a', tried), alive('b', tried), alive('c', tried)])
    expect((await transport.request(GET)).status).toBe(200)
    expect(tried).toEqual(['a', 'b'])
  })

  it('tells the last failure, and how many there were', async () => {
    let attempts = 0
    const transport = failover([dead('a'), dead('b')], { onExhausted: (count) => (attempts = count) })
    await expect(transport.request(GET)).rejects.toThrow('b is dead')
    expect(attempts).toBe(2)
  })

  it('does not send the rest of a body elsewhere', async () => {
    const tried: string[] = []
    const greedy: Transport = {
      ...dead('a', tried),
      request: async ({ body }) => {
        for await (const _ of body ?? []) break
        throw new TransportError('ERR_UNREACHABLE', 'a died')
      }
    }
    const post: TransportRequest = { method: 'POST', path: '/', headers: {}, body: once() }
    await expect(failover([greedy, alive('b', tried)]).request(post)).rejects.toThrow('a died')
    expect(tried).toEqual([])
    expect((await failover([dead('a'), alive('b', tried)]).request(post)).status).toBe(200)
  })

  it('leaves failures of another kind alone', async () => {
    const broken: Transport = { ...dead('a'), request: () => Promise.reject(new RangeError('a bug')) }
    await expect(failover([broken, alive('b')]).request(GET)).rejects.toThrow('a bug')
  })
})

function dead(name: string, tried: string[] = []): Transport {
  return {
    origin: name,
    request: async () => {
      tried.push(name)
      throw new TransportError('ERR_UNREACHABLE', `${name} is dead`)
    },
    close: async () => undefined
  }
}

function alive(name: string, tried: string[] = []): Transport {
  const response: TransportResponse = { status: 200, header: () => undefined, body: once(), trailer: () => [] }
  return {
    ...dead(name),
    request: async () => {
      tried.push(name)
      return response
    }
  }
}

async function* once(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1)
}
