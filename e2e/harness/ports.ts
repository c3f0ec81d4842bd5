import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Ports below those that a system gives to connections, and to whoever asks for any: from 32768 on Linux. One of those
 * could be gone before the program that is told it listens there.
 */
const FIRST = 10_000
const LAST = 32_000

/** Each process of the test runner has a part of them. */
const PARTS = 20
const PART = (LAST - FIRST) / PARTS

const part = Number(process.env['JEST_WORKER_ID'] ?? randomInt(PARTS)) % PARTS
let turn = randomInt(PART)

/**
 * Ports of 127.0.0.1 that are free at this moment, none of them given before. Programs that cannot report the port they
 * were given need to be told one.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  for (let tries = 0; ports.length < count; tries++) {
    if (tries === PART) throw new Error(`there are no ${count} free ports`)
    const port = FIRST + part * PART + (turn++ % PART)
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

async function isFree(port: number): Promise<boolean> {
  try {
    await using _held = await takePort(port)
    return true
  } catch {
    return false
  }
}

/** Holds a port of 127.0.0.1 as another program would, until its scope ends. */
export async function takePort(port: number): Promise<AsyncDisposable> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    }
  }
}
