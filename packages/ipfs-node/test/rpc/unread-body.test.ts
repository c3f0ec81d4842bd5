import { once } from 'node:events'
import { Agent, request } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { pseudoRandom, startNode } from '../helpers.ts'

const PIECE = pseudoRandom(1 << 20)
const HEAD = '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'

/** Begins an upload of one file. */
function upload(url: string, agent: Agent | false): { sent: ClientRequest; answer: Promise<IncomingMessage> } {
  const headers = { 'Content-Type': 'multipart/form-data; boundary=b' }
  const sent = request(url, { method: 'POST', headers, agent })
  const answer = once(sent, 'response').then(([response]) => response as IncomingMessage)
  // What is written after the end of the connection is told to who wrote it.
  sent.on('error', () => {})
  sent.write(HEAD)
  return { sent, answer }
}

async function write(sent: ClientRequest, bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    sent.write(bytes, (err) => (err == null ? resolve() : reject(err)))
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return text
}

describe('a request that fails before its body is read', () => {
  it.each([
    ['keeps', true],
    ['closes', false]
  ])('tells a client that %s its connections why, in the middle of the body', async (_what, keepAlive) => {
    // The disk counts as full, which shows when the first blocks are to be written.
    const node = await startNode({ diskReserve: 2 ** 60 })
    const agent = keepAlive ? new Agent({ keepAlive, maxSockets: 1 }) : (false as const)
    const { sent, answer } = upload(`${node.api}/add?progress=false`, agent)
    for (let i = 0; i < 24; i++) await write(sent, PIECE)
    sent.end('\r\n--b--\r\n')
    const response = await answer
    const text = await textOf(response)
    expect(`${text}${response.trailers['x-stream-error'] ?? ''}`).toContain('no space left on device')
    // The same connection serves the next one.
    const next = request(`${node.api}/version`, { method: 'POST', agent })
    next.end()
    const [version] = (await once(next, 'response')) as [IncomingMessage]
    expect(version.statusCode).toBe(200)
    await textOf(version)
    if (agent !== false) agent.destroy()
  })

  it('ends an upload that goes on for ever', async () => {
    const node = await startNode()
    const socket = connect(Number(new URL(node.api).port), '127.0.0.1')
    const closed = new Promise((resolve) => socket.once('error', () => {}).once('close', resolve))
    let text = ''
    socket.on('data', (bytes: Buffer) => (text += bytes.toString()))
    socket.write(
      'POST /api/v0/add?chunker=unknown HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n' +
        `Content-Type: multipart/form-data; boundary=b\r\n\r\n${HEAD}`
    )
    const writeOn = (): void => {
      while (socket.writable && socket.write(PIECE));
    }
    socket.on('drain', writeOn)
    writeOn()
    await closed
    expect(text).toMatch(/^HTTP\/1.1 500 [^]*chunker/)
    // No more than what is thrown away, and what was on its way.
    expect(socket.bytesWritten).toBeLessThan(128 << 20)
  })
})
