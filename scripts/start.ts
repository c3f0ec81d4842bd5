/**
 * `npm start`: the main job from end to end. A peer with its embedded IPFS node on loopback adds a real file or folder,
 * pins it, gives every byte back, and runs until Ctrl-C.
 */
import type { AddEntry } from '@ipfs-cluster/client'
import type { CID } from 'multiformats/cid'
import { createReadStream } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildPrograms } from './lib/build.ts'
import { root } from './lib/project.ts'
import type { Source } from './quickstart/content.ts'
import { readSource } from './quickstart/content.ts'
import { QuickstartPeer } from './quickstart/peer.ts'
import type { Ports } from './quickstart/ports.ts'
import { choosePorts, DEFAULT_PORTS, freePorts } from './quickstart/ports.ts'
import { formatBytes, ProgressBar } from './quickstart/progress.ts'
import { verify } from './quickstart/verify.ts'

const USAGE = `Usage: npm start -- [--once] [--folder DIR] [--free-ports] [PATH]

  PATH          file or folder to add (default: the project's docs)
  --once        add, read back and exit
  --folder DIR  where the peer lives (default: .quickstart in the project)
  --free-ports  listen on free ports instead of the default ones
`

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interrupted.abort(new Error('interrupted')))
}

try {
  await main()
} catch (err) {
  if (interrupted.signal.aborted) process.exitCode = 0
  else {
    process.stderr.write(`\n${err instanceof Error ? err.message : String(err)}\n`)
    process.exitCode = 1
  }
}

async function main(): Promise<void> {
  const options = readOptions()
  if (options === undefined) return
  const source = await readSource(options.path)
  await buildPrograms(say)
  interrupted.signal.throwIfAborted()

  const started = performance.now()
  const ports = options.freePorts ? await freePorts() : await choosePorts(say)
  const peer = new QuickstartPeer(options.folder, ports)
  say(`${peer.exists ? 'Starting' : 'Making'} the peer in ${shown(options.folder)}`)
  try {
    if (!peer.exists) await peer.init(interrupted.signal)
    await peer.start(interrupted.signal)
    say(`Ready after ${((performance.now() - started) / 1000).toFixed(1)} s, with its embedded IPFS node\n`)
    const job = mainJob(peer, source, ports)
    await Promise.race([job, peer.failed()])
    if (!options.once) await untilInterrupted(peer)
  } finally {
    const code = await peer.stop()
    if (interrupted.signal.aborted || options.once)
      say(code === 0 ? 'Stopped.' : `The peer stopped with exit code ${code}.`)
    if (code !== 0) process.exitCode = 1
  }
}

interface Options {
  path: string
  once: boolean
  folder: string
  freePorts: boolean
}

function readOptions(): Options | undefined {
  const from = process.env.INIT_CWD ?? process.cwd()
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        once: { type: 'boolean', default: false },
        folder: { type: 'string' },
        'free-ports': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false }
      }
    })
    if (values.help) {
      process.stdout.write(USAGE)
      return undefined
    }
    if (positionals.length > 1) throw new Error('give one path; a folder is added with all that is in it')
    const path = positionals[0] === undefined ? join(root, 'docs') : resolve(from, positionals[0])
    const folder = values.folder === undefined ? join(root, '.quickstart') : resolve(from, values.folder)
    return { path, once: values.once, folder, freePorts: values['free-ports'] }
  } catch (err) {
    throw new Error(`${err instanceof Error ? err.message : String(err)}\n\n${USAGE}`, { cause: err })
  }
}

async function mainJob(peer: QuickstartPeer, source: Source, ports: Ports): Promise<void> {
  const files = source.files.length === 1 ? '1 file' : `${source.files.length} files`
  say(`Adding ${source.name} (${files}, ${formatBytes(source.size)})`)
  const cid = await add(peer, source)
  say(`  CID        ${cid.toString()}`)
  const holders = await peer.waitPinned(cid, interrupted.signal)
  for (const holder of holders) say(`  pinned on  ${holder}`)

  const gateway = `http://127.0.0.1:${ports['IPFS gateway']}`
  await verify(source, cid.toString(), gateway, { signal: interrupted.signal })
  say(`Read back through the gateway: ${files}, ${formatBytes(source.size)}, every byte the same\n`)

  const host = ports['REST API'] === DEFAULT_PORTS['REST API'] ? '' : ` --host /ip4/127.0.0.1/tcp/${ports['REST API']}`
  const ctl = `${shown(join(root, 'node_modules/.bin/ipfs-cluster-ctl'))}${host}`
  say(`REST API  http://127.0.0.1:${ports['REST API']}`)
  say(`Gateway   ${gateway}/ipfs/${cid.toString()}`)
  say('Try:')
  for (const line of ['id', `status ${cid.toString()}`, 'pin ls', 'add -r docs']) say(`  ${ctl} ${line}`)
}

async function add(peer: QuickstartPeer, source: Source): Promise<CID> {
  const bar = new ProgressBar(source.size)
  let last: CID | undefined
  const outputs = peer.client.add(
    entries(source, bar),
    { cidVersion: 1, rawLeaves: true, name: source.name },
    { signal: interrupted.signal }
  )
  for await (const output of outputs) last = output.cid ?? last
  if (last === undefined) throw new Error('the peer gave no CID for what was added')
  bar.finish()
  return last
}

function* entries(source: Source, bar: ProgressBar): Iterable<AddEntry> {
  for (const file of source.files) yield { type: 'file', name: file.name, content: read(file.path, bar) }
}

async function* read(path: string, bar: ProgressBar): AsyncIterable<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    yield chunk
    bar.add(chunk.length)
  }
}

async function untilInterrupted(peer: QuickstartPeer): Promise<void> {
  say('\nThe peer runs until Ctrl-C.')
  const { signal } = interrupted
  await Promise.race([peer.failed(), new Promise((resolve) => signal.addEventListener('abort', resolve))])
  say('\nStopping ...')
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** A path as the user would type it from where they are. */
function shown(path: string): string {
  const short = relative(process.env.INIT_CWD ?? process.cwd(), path)
  return short.startsWith('..') ? path : short
}
