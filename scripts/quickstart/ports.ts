import { FreePorts } from '@ipfs-cluster/daemon/free-ports'

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

const NAMES = Object.keys(DEFAULT_PORTS) as (keyof Ports)[]

/** The default ports of so many peers, or a free one in the place of each that is in use. */
export async function choosePorts(peers: number): Promise<{ ports: Ports[]; busy: BusyPort[] }> {
  const busy: BusyPort[] = []
  const ports = await choose(peers, async (name, peer, free) => {
    const port = DEFAULT_PORTS[name] + peer * STEP
    return await free.take(port).catch(async () => {
      const instead = await free.tcp()
      busy.push({ peer, name, port, instead })
      return instead
    })
  })
  return { ports, busy }
}

/** A free port for everything. */
export async function freePorts(peers: number): Promise<Ports[]> {
  return await choose(peers, (_name, _peer, free) => free.tcp())
}

async function choose(
  peers: number,
  pick: (name: keyof Ports, peer: number, free: FreePorts) => Promise<number>
): Promise<Ports[]> {
  await using free = new FreePorts()
  const chosen: Ports[] = []
  for (let peer = 0; peer < peers; peer++) {
    const ports: Ports = { ...DEFAULT_PORTS }
    for (const name of NAMES) ports[name] = await pick(name, peer, free)
    chosen.push(ports)
  }
  return chosen
}
