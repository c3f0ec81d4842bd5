import { describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { pinWithOptions } from '@ipfs-cluster/api'
import fc from 'fast-check'
import { textLines } from '../../src/rest/text-lines.ts'
import { open } from '../raw-client.ts'
import { serve, until } from '../serve.ts'

const HELLO = 'bafkqabtimvwgy3yk'
const OTHER = 'bafkqaalb'

interface Result {
  line: number
  pin?: { cid: string; name: string; replication_factor_min: number; mode: string }
  error?: { code: number; message: string }
}

function results(body: string): Result[] {
  const lines = body.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Result)
}

describe('a batch', () => {
  it('pins each line with its options, in order, and goes on behind a bad one', async () => {
    await using served = await serve()
    const body = [
      `{"cid":"${HELLO}","name":"one","replication_factor_min":2,"replication_factor_max":3}`,
      'nonsense',
      '',
      `{"cid":"nonsense"}`,
      `{"name":"no cid"}`,
      `{"cid":"${HELLO}","type":"meta-pin"}`,
      `{"cid":"${OTHER}","mode":"direct","metadata":{"k":"${'v'.repeat(70_000)}"}}`,
      `{"cid":"${OTHER}","mode":"direct","allocations":["x"]}`,
      `{"cid":"${OTHER}","mode":"direct","metadata":{"k":"v"},"unknown":1}`
    ].join('\n')
    const answer = await served.ask({ method: 'POST', path: '/pins/batch', body })
    expect(answer).toMatchObject({ status: 200, trailers: [['X-Stream-Error', '']] })
    const all = results(answer.body)
    expect(all.map(({ line }) => line)).toEqual([1, 2, 4, 5, 6, 7, 8, 9])
    expect(all[0]).toMatchObject({ pin: { cid: HELLO, name: 'one', replication_factor_min: 2, mode: 'recursive' } })
    expect(all.slice(1, 7).map(({ error }) => error?.code)).toEqual([400, 400, 400, 400, 400, 400])
    expect(all[5]?.error?.message).toBe('the line is longer than 65536 bytes')
    expect(all[7]).toMatchObject({ pin: { cid: OTHER, mode: 'direct', metadata: { k: 'v' } } })
    expect([...served.cluster.stored.keys()].sort()).toEqual([OTHER, HELLO].sort())
  })

  it('of nothing is 204', async () => {
    await using served = await serve()
    expect((await served.ask({ method: 'POST', path: '/pins/batch' })).status).toBe(204)
    expect((await served.ask({ method: 'POST', path: '/pins/batch', body: '\n \n' })).status).toBe(204)
  })

  it('tells of each pin as soon as it is made, while the body goes on', async () => {
    await using served = await serve()
    const socket = open(served.target)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    const line = `{"cid":"${HELLO}"}\n`
    const chunk = `${line.length.toString(16)}\r\n${line}\r\n`
    socket.write(`POST /pins/batch HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`)
    await until(() => text.includes('{"line":1,"pin"'))
    socket.write(`${chunk}0\r\n\r\n`)
    await until(() => text.includes('{"line":2,"pin"') && text.endsWith('X-Stream-Error: \r\n\r\n'))
    socket.destroy()
  })

  it('works on many at a time, and keeps their order', async () => {
    await using served = await serve()
    const releases: (() => void)[] = []
    served.cluster.pin = async (cid, options) => {
      await new Promise<void>((resolve) => releases.push(resolve))
      return pinWithOptions(cid, options)
    }
    const body = Array.from({ length: 300 }, (_, i) => `{"cid":"${HELLO}","name":"${i}"}`).join('\n')
    const answer = served.ask({ method: 'POST', path: '/pins/batch', body })
    await until(() => releases.length === 300)
    for (const release of releases.reverse()) release()
    expect(results((await answer).body).map(({ pin }) => Number(pin?.name))).toEqual([...new Array(300).keys()])
  })

  it('has no more under way than it may, and reads on when there is room', async () => {
    await using served = await serve()
    const releases: (() => void)[] = []
    served.cluster.pin = async (cid, options) => {
      await new Promise<void>((resolve) => releases.push(resolve))
      return pinWithOptions(cid, options)
    }
    const body = `{"cid":"${HELLO}"}\n`.repeat(3000)
    const answer = served.ask({ method: 'POST', path: '/pins/batch', body })
    await until(() => releases.length >= 1024)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(releases.length).toBe(1024)
    const pump = setInterval(() => releases.splice(0).forEach((release) => release()), 1)
    expect(results((await answer).body)).toHaveLength(3000)
    clearInterval(pump)
  })

  it('takes no half line of a body that is cut off for a whole one', async () => {
    await using served = await serve()
    const socket = open(served.target)
    socket.write(
      `POST /pins/batch HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{"cid":"${HELLO}"}\n{"cid":"${OTHER}"}`
    )
    await once(socket, 'data')
    socket.destroy()
    await until(() => served.cluster.calls.includes('pin'))
    await served.api.stop()
    expect([...served.cluster.stored.keys()]).toEqual([HELLO])
  })
})

describe('lines of a text', () => {
  it('are the same however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', 'é', ' ', '\n', '\r') }),
        fc.nat(9),
        async (text, size) => {
          const bytes = Buffer.from(text)
          async function* pieces(): AsyncGenerator<Uint8Array> {
            for (let at = 0; at < bytes.length; at += size + 1) yield bytes.subarray(at, at + size + 1)
          }
          const lines: unknown[] = []
          for await (const line of textLines(pieces(), 6)) lines.push(line)
          const expected = text.split('\n').flatMap((line, i) => {
            if (Buffer.byteLength(line) > 6) return [{ number: i + 1 }]
            return line.trim() === '' ? [] : [{ number: i + 1, text: line }]
          })
          expect(lines).toEqual(expected)
        }
      )
    )
  })
})
