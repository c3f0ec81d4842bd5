import { parseArgs } from 'node:util'
import { messageOf, StartError } from './errors.ts'
import { ipfsNode } from './index.ts'
import type { IpfsNode, IpfsNodeInit, Profile } from './index.ts'
import { PROFILES } from './repo/config.ts'

const HELP = `Runs an IPFS node that speaks the RPC of Kubo.

  --repo DIR            folder of the node, made when there is none (required)
  --profile PROFILE     offline: talks to nobody; loopback: to nodes on this machine (default);
                        online: to the public IPFS network
  --api MULTIADDR       where the RPC listens (default /ip4/127.0.0.1/tcp/5001); port 0 takes any free one
  --gateway MULTIADDR   where the gateway listens (default /ip4/127.0.0.1/tcp/8080); "none" for no gateway
  --swarm MADDR[,MADDR] where other nodes reach it (default /ip4/127.0.0.1/tcp/4001)

When it is ready it prints one line of JSON with its addresses. It stops on SIGTERM or SIGINT, and when its standard
input ends: a parent that holds the other end takes the node with it, however the parent ends.
`

const EXIT_FAILED = 1
const EXIT_USAGE = 2

async function main(args: string[]): Promise<void> {
  const init = readArguments(args)
  if (init === undefined) return
  const stopping = Promise.withResolvers<string>()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.resolve(signal))
  const node = await ipfsNode(init)
  process.stdin.on('end', () => stopping.resolve('end of input')).on('error', () => stopping.resolve('end of input'))
  process.stdin.resume()
  process.stdout.on('error', () => stopping.resolve('end of output'))
  process.stdout.write(`${JSON.stringify(readyLine(node))}\n`)
  log(`stopping: ${await stopping.promise}`)
  await node.stop()
  process.stdin.destroy()
}

function readyLine(node: IpfsNode): Record<string, unknown> {
  return {
    ready: true,
    id: node.peerId,
    api: node.apiMultiaddr,
    gateway: node.gatewayMultiaddr,
    swarm: node.swarmMultiaddrs
  }
}

function readArguments(args: string[]): IpfsNodeInit | undefined {
  const { values } = parseArgs({
    args,
    options: {
      repo: { type: 'string' },
      profile: { type: 'string' },
      api: { type: 'string' },
      gateway: { type: 'string' },
      swarm: { type: 'string' },
      help: { type: 'boolean', short: 'h' }
    }
  })
  if (values.help === true) {
    process.stdout.write(HELP)
    return undefined
  }
  if (values.repo === undefined) throw new StartError('--repo is missing: give the folder of the node')
  const { profile } = values
  if (profile !== undefined && !isProfile(profile)) {
    throw new StartError(`--profile ${profile}: choose one of ${PROFILES.join(', ')}`)
  }
  return {
    repo: values.repo,
    profile,
    log,
    api: values.api,
    gateway: values.gateway === 'none' ? '' : values.gateway,
    swarm: values.swarm?.split(',').filter((address) => address !== '')
  }
}

function isProfile(text: string): text is Profile {
  return (PROFILES as readonly string[]).includes(text)
}

function log(message: string): void {
  process.stderr.write(`${new Date().toISOString()} ipfs-node ${message}\n`)
}

function exitCode(err: unknown): number {
  const isUsage = err instanceof TypeError && String((err as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS')
  return isUsage ? EXIT_USAGE : EXIT_FAILED
}

try {
  await main(process.argv.slice(2))
} catch (err) {
  log(err instanceof StartError ? err.message : `failed: ${messageOf(err)}`)
  process.exitCode = exitCode(err)
}
