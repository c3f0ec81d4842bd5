import { once } from 'node:events'
import { createServer } from 'node:net'

/** What listens, and on which port of 127.0.0.1 by default. */
export const DEFAULT_PORTS = {
  'cluster swarm': 9096,
  'REST API': 9094,
  'IPFS RPC': 5001,
  'IPFS gateway': 8080,
  'IPFS swarm': 4001
} as const

/** A port for everything that listens. */
export type Ports = Record<keyof typeof DEFAULT_PORTS, number>

/** The default ports, or a free one in the place of each that is in use; says which ones. */
export async function choosePorts(say: (text: string) => void): Promise<Ports> {
  const chosen: Partial<Ports> = {}
  for (const [name, port] of Object.entries(DEFAULT_PORTS) as [keyof Ports, number][]) {
    chosen[name] = await tryPort(port).catch(async () => {
      const free = await tryPort(0)
      say(`Port ${port} (${name}) is in use by another program; this run takes ${free}.`)
      return free
    })
  }
  return chosen as Ports
}

/** A free port for everything. */
export async function freePorts(): Promise<Ports> {
  const names = Object.keys(DEFAULT_PORTS) as (keyof Ports)[]
  const ports = await Promise.all(names.map(async (name) => [name, await tryPort(0)] as const))
  return Object.fromEntries(ports) as Ports
}

async function tryPort(port: number): Promise<number> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('the system gave no port')
  return address.port
}
