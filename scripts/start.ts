/**
 * `npm start`: the main job from end to end. Peers with embedded IPFS nodes on loopback, joined into a cluster: a real
 * file or folder is added on the first one, copied to others, read back from another one byte by byte, and the peers run
 * until Ctrl-C.
 */
import type { CID } from 'multiformats/cid'
import { join } from 'node:path'
import { buildPrograms } from './lib/build.ts'
import { root } from './lib/project.ts'
import { add, copiesFor } from './quickstart/adding.ts'
import { listed, QuickstartCluster } from './quickstart/cluster.ts'
import type { Source } from './quickstart/content.ts'
import { readSource } from './quickstart/content.ts'
import { memoryOf } from './quickstart/memory.ts'
import { readOptions, shown } from './quickstart/options.ts'
import type { QuickstartPeer } from './quickstart/peer.ts'
import type { BusyPort } from './quickstart/ports.ts'
import { choosePorts, DEFAULT_PORTS, freePorts } from './quickstart/ports.ts'
import { formatBytes } from './quickstart/progress.ts'
import type { Placement } from './quickstart/replication.ts'
import { fetchedSoFar, placementRows, replicated } from './quickstart/replication.ts'
import { aligned } from './quickstart/table.ts'
import { verify } from './quickstart/verify.ts'

const interrupted = new AbortController()
const { signal } = interrupted
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => interrupted.abort(new Error('interrupted')))
}

try {
  await main()
} catch (err) {
  if (signal.aborted) process.exitCode = 0
  else {
    process.stderr.write(`\n${err instanceof Error ? err.message : String(err)}\n`)
    process.exitCode = 1
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (typeof options === 'string') return void process.stdout.write(options)
  const source = await readSource(options.path)
  await buildPrograms(say)
  signal.throwIfAborted()

  const started = performance.now()
  const { ports, busy } = options.freePorts
    ? { ports: await freePorts(options.peers), busy: [] }
    : await choosePorts(options.peers)
  const cluster = new QuickstartCluster(options.folder, ports)
  sayLines(cluster.describe(shown(options.folder)))
  try {
    await cluster.start(signal)
    sayLines(describeBusy(busy, cluster))
    say(`Ready after ${((performance.now() - started) / 1000).toFixed(1)} s: ${describeReady(cluster)}\n`)
    const held = await Promise.race([mainJob(cluster, source), cluster.failed()])
    if (options.once) return
    sayWhatToTry(cluster, held)
    await untilInterrupted(cluster)
  } finally {
    const code = await cluster.stop()
    if (signal.aborted || options.once) say(code === 0 ? 'Stopped.' : `A peer stopped with exit code ${code}.`)
    if (code !== 0) process.exitCode = 1
  }
}

/** What was added, and the peer that it was read back from. */
interface Held {
  cid: CID
  reader: QuickstartPeer
}

async function mainJob(cluster: QuickstartCluster, source: Source): Promise<Held> {
  const { first, peers } = cluster
  const content = `${source.files.length === 1 ? '1 file' : `${source.files.length} files`}, ${formatBytes(source.size)}`
  const { min, max } = copiesFor(peers.length)
  const asked =
    peers.length === 1 ? '' : ` on ${first.name}, to be held by ${min === max ? min : `${min} to ${max}`} peers`
  say(`Adding ${source.name} (${content})${asked}`)
  const before = await fetchedSoFar(cluster, signal)
  const cid = await add(cluster, source, { signal })
  say(`  CID  ${cid.toString()}\n`)

  const placements = await replicated(cluster, { cid, size: source.size, before }, signal)
  say(`Pinned on ${listed(placements.filter(({ holds }) => holds).map(({ peer }) => peer.name))}`)
  sayLines(aligned(placementRows(placements)))

  const reader = readerOf(placements)
  await verify(source, cid.toString(), reader.gatewayUrl, { signal })
  say(`\nRead back through the gateway of ${reader.name}: ${content}, every byte the same\n`)
  sayPlaces(cluster)
  return { cid, reader }
}

/** One that does not hold the content shows best that the nodes find it with one another; else the last holder. */
function readerOf(placements: readonly Placement[]): QuickstartPeer {
  const reader = placements.find(({ holds }) => !holds) ?? placements.at(-1)
  if (reader === undefined) throw new Error('there is no peer to read from')
  return reader.peer
}

function sayPlaces({ peers }: QuickstartCluster): void {
  const table = [
    ['', 'REST API', 'gateway'],
    ...peers.map(({ name, restUrl, gatewayUrl }) => [name, restUrl, gatewayUrl])
  ]
  sayLines(aligned(table))
  const memory = memoryOf(peers.flatMap(({ pid }) => pid ?? []))
  if (memory !== undefined) say(`Memory ${formatBytes(memory.bytes)} in ${memory.processes} processes`)
}

function sayWhatToTry({ first, peers }: QuickstartCluster, { cid, reader }: Held): void {
  say(`\nSee it at ${reader.gatewayUrl}/ipfs/${cid.toString()}`)
  const last = peers.at(-1) ?? first
  const copies = peers.length > 1 ? ' --rmin 2 --rmax 3' : ''
  say('Try:')
  for (const [peer, line] of [
    [first, 'peers ls'],
    [first, `add -r docs${copies}`],
    [first, 'pin ls'],
    [last, `status ${cid.toString()}`]
  ] as const) {
    say(`  ${shown(join(root, 'node_modules/.bin/ipfs-cluster-ctl'))}${hostFlag(peer)} ${line}`)
  }
}

/** ctl needs none for the peer at the default port. */
function hostFlag({ ports }: QuickstartPeer): string {
  const port = ports['REST API']
  return port === DEFAULT_PORTS['REST API'] ? '' : ` --host /ip4/127.0.0.1/tcp/${port}`
}

function describeReady({ peers }: QuickstartCluster): string {
  if (peers.length === 1) return 'one peer with its embedded IPFS node'
  return `${peers.length} peers joined by one secret, each with its embedded IPFS node`
}

function describeBusy(busy: readonly BusyPort[], { peers }: QuickstartCluster): string[] {
  return busy.map(
    ({ peer, name, port, instead }) =>
      `Port ${port} (${name} of ${peers[peer]?.name}) is in use by another program; this run takes ${instead}.`
  )
}

async function untilInterrupted(cluster: QuickstartCluster): Promise<void> {
  say(`\n${cluster.peers.length === 1 ? 'The peer runs' : 'The peers run'} until Ctrl-C.`)
  await Promise.race([cluster.failed(), new Promise((resolve) => signal.addEventListener('abort', resolve))])
  say('\nStopping ...')
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function sayLines(lines: readonly string[]): void {
  for (const line of lines) say(line)
}
