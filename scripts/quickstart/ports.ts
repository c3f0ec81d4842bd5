import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:net'
import { createServer } from 'node:net'

/** What listens, and on which port of 127.0.0.1 the first peer has it by default. */
export const DEFAULT_PORTS = {
  'cluster swarm': 9096,
  'REST API': 9094,
  'IPFS proxy': 9095,
  'pinning API': 9097,
  'IPFS RPC': 5001,
  'IPFS gateway': 8080,
  'IPFS swarm': 4001
} as const

/** A port for everything that listens. */
export type Ports = Record<keyof typeof DEFAULT_PORTS, number>

/** A default port that another program has. */
export interface BusyPort {
  /** Number of the peer, from 0. */
  peer: number
  name: keyof Ports
  port: number
  /** What is taken instead. */
  instead: number
}

/** From the ports of one peer to those of the next: 9094, 9194, 9294. */
const STEP = 100

/** Ports that are tried before there seems to be none. */
const MAX_TRIES = 1000

const NAMES = Object.keys(DEFAULT_PORTS) as (keyof Ports)[]

/** The default ports of so many peers, or a free one in the place of each that is in use. */
export async function choosePorts(peers: number): Promise<{ ports: Ports[]; busy: BusyPort[] }> {
  const busy: BusyPort[] = []
  const ports = await choose(peers, async (name, peer, take) => {
    const port = DEFAULT_PORTS[name] + peer * STEP
    return await take(port).catch(async () => {
      const instead = await takeAny(take)
      busy.push({ peer, name, port, instead })
      return instead
    })
  })
  return { ports, busy }
}

/** A free port for everything. */
export async function freePorts(peers: number): Promise<Ports[]> {
  return await choose(peers, (_name, _peer, take) => takeAny(take))
}

/** Not one that the system would choose: it may give that to a connection before the peer listens there. */
async function takeAny(take: (port: number) => Promise<number>): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return await take(randomInt(10_000, 32_000))
    } catch (err) {
      if (tries === MAX_TRIES) throw err
    }
  }
}

/** All are held until the last is chosen, so that none is given twice. */
async function choose(
  peers: number,
  pick: (name: keyof Ports, peer: number, take: (port: number) => Promise<number>) => Promise<number>
): Promise<Ports[]> {
  const held: Server[] = []
  const take = async (port: number): Promise<number> => {
    const server = createServer()
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    held.push(server)
    return port
  }
  try {
    const chosen: Ports[] = []
    for (let peer = 0; peer < peers; peer++) {
      const ports: Ports = { ...DEFAULT_PORTS }
      for (const name of NAMES) ports[name] = await pick(name, peer, take)
      chosen.push(ports)
    }
    return chosen
  } finally {
    await Promise.all(held.map(close))
  }
}

async function close(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}
