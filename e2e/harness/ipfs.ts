import { join } from 'node:path'
import { startMockIpfs } from './mock-ipfs.ts'
import type { Namespace } from './namespace.ts'
import { freePorts } from './ports.ts'
import type { RunOptions } from './process.ts'
import { Program, runProgram } from './process.ts'

/** An IPFS node that a peer may use. */
export interface IpfsNode {
  /** Port of its RPC, in the network that it is in. */
  port: number
  stop(): Promise<void>
}

/** A real IPFS node. */
export interface Kubo extends IpfsNode {
  /** Port of its gateway, in the network that it is in. */
  gatewayPort: number
  /** Where it gives content to browsers, as seen by the tests. */
  gateway: string
  /** Where its commands are, as seen by the tests. */
  rpc: string
  /** Ends it as a power cut would. */
  kill(): Promise<void>
  /** Starts it again. */
  start(): Promise<void>
}

/** A mock IPFS node in the network given, else in this process. */
export async function mockIpfs(namespace: Namespace | undefined): Promise<IpfsNode> {
  if (namespace === undefined) return await startMockIpfs()
  const [port = 0] = namespace.ports(1)
  const args = [join(import.meta.dirname, 'programs/mock-ipfs.ts'), String(port)]
  const program = new Program(process.execPath, args, { prefix: namespace.prefix })
  await program.waitFor(/listening/)
  return { port, stop: async () => void (await program.stop('SIGKILL')) }
}

/** A Kubo that speaks to loopback addresses only, with its repository in the folder. */
export async function startKubo(bin: string, folder: string, namespace?: Namespace): Promise<Kubo> {
  const [api = 0, gateway = 0, swarm = 0] = namespace?.ports(3) ?? (await freePorts(3))
  const options: RunOptions = {
    env: { HOME: folder, IPFS_PATH: join(folder, 'ipfs'), IPFS_TELEMETRY: 'off' },
    ...(namespace && { prefix: namespace.prefix })
  }
  const run = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await runProgram(bin, args, options)
    if (code !== 0) throw new Error(`ipfs ${args.join(' ')} failed:\n${stderr}`)
  }
  await run('init', '--profile=test')
  await run('config', 'Addresses.API', `/ip4/127.0.0.1/tcp/${api}`)
  await run('config', 'Addresses.Gateway', `/ip4/127.0.0.1/tcp/${gateway}`)
  await run('config', '--json', 'Addresses.Swarm', JSON.stringify([`/ip4/127.0.0.1/tcp/${swarm}`]))
  let daemon: Program
  const start = async (): Promise<void> => {
    daemon = new Program(bin, ['daemon'], options)
    await daemon.waitFor(/Daemon is ready/, 60_000)
  }
  await start()
  const door = async (port: number): Promise<string> => `http://127.0.0.1:${(await namespace?.reach(port)) ?? port}`
  return {
    port: api,
    gatewayPort: gateway,
    gateway: await door(gateway),
    rpc: `${await door(api)}/api/v0`,
    start,
    kill: async () => void (await daemon.stop('SIGKILL')),
    stop: async () => void (await daemon.stop())
  }
}
