import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'
import { afterEach, expect, it } from '@jest/globals'
import { readVector } from '../helpers/vectors.ts'
import { TestNetworks } from './networks.ts'
import type { TestNetwork } from './networks.ts'

const networks = new TestNetworks()
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await networks.stop()
})

async function call({ address }: TestNetwork): Promise<Socket> {
  const socket = connect(Number(address.split('/')[4]), '127.0.0.1')
  socket.on('error', () => {})
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}

it('goes on whatever is sent to its port', async () => {
  const a = await networks.start()
  for (let i = 0; i < 30; i++) {
    const socket = await call(a)
    socket.write(crypto.getRandomValues(new Uint8Array(i * 50)))
    if (i % 3 === 0) socket.end()
    if (i % 3 === 1) socket.resetAndDestroy()
  }
  const b = await networks.start()
  expect(await b.net.connect(a.address)).toBe(a.net.peerId)
})

it('turns away who sends noise, at once and with a line in the log', async () => {
  const a = await networks.start()
  const socket = await call(a)
  socket.resume()
  socket.write(new Uint8Array(64))
  await new Promise((resolve) => socket.on('close', resolve))
  expect(a.lines.some((line) => line.includes('has another cluster secret'))).toBe(true)
})

interface StreamVector {
  json_value: { nonce_hex: string; psk_hex: string }
  hex: string
}

it('answers the first bytes of a Go peer with its own', async () => {
  const [vector] = await readVector<[StreamVector]>('pnet_stream.json')
  const a = await networks.start({ secret: new Uint8Array(Buffer.from(vector.json_value.psk_hex, 'hex')) })
  const socket = await call(a)
  let answer = Buffer.alloc(0)
  socket.on('data', (data: Buffer) => (answer = Buffer.concat([answer, data])))
  socket.write(Buffer.from(vector.hex, 'hex'))
  while (answer.length < 24 + 28) await once(socket, 'data')
  // A peer that did not understand would have hung up; this one agrees to /noise and waits for the handshake.
  expect(answer.length).toBe(24 + 28)
  expect(a.lines.some((line) => line.includes('secret'))).toBe(false)
})
