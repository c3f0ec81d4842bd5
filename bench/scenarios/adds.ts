import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { temporaryFolder } from '../../e2e/harness/folder.ts'
import { startKubo } from '../../e2e/harness/ipfs.ts'
import { OUR_BINS, Peer } from '../../e2e/harness/peer.ts'
import { noise } from '../lib/noise.ts'
import { cpuSeconds, peakMemory } from '../lib/process-cost.ts'
import type { Figure, Scenario, ScenarioContext } from '../lib/scenario.ts'

const MIB = 1 << 20
const KUBO_BIN = process.env.IPFS_KUBO_BIN
const SMALL_FILE_BYTES = 2048

/**
 * A large file, and a folder of many small ones, added to one peer. Its IPFS node is the Kubo that `IPFS_KUBO_BIN`
 * names, else the embedded one, which only our release has.
 */
export const adds: Scenario = {
  name: 'adds',
  async run(context) {
    if (KUBO_BIN === undefined && context.bins !== OUR_BINS) return []
    const { bins, env } = context
    using folder = temporaryFolder()
    const repo = join(folder.path, 'kubo')
    mkdirSync(repo)
    const kubo = KUBO_BIN === undefined ? undefined : await startKubo(KUBO_BIN, repo)
    const peer = await Peer.init({
      folder: folder.path,
      bins,
      ...(env && { env }),
      ...(kubo && { ipfsPort: kubo.port })
    })
    try {
      await peer.start()
      return await measure(peer, context)
    } finally {
      await peer.stop()
      await kubo?.stop()
    }
  }
}

async function measure(peer: Peer, { scale }: ScenarioContext): Promise<Figure[]> {
  const size = (scale === 'small' ? 16 : 512) * MIB
  const files = scale === 'small' ? 200 : 2000
  await add(peer, largeFile(MIB, 1_000_000))
  const before = cpuSeconds(peer.daemon.pid)
  const large = await add(peer, largeFile(size, 0))
  const cpu = cpuSeconds(peer.daemon.pid) - before
  const small = await add(peer, smallFiles(files))
  return [
    { name: 'a large file', value: size / MIB / large, unit: 'MiB/s' },
    { name: 'CPU of the peer for it', value: (cpu * 1000) / (size / MIB), unit: 'ms/MiB' },
    { name: `${files} files of 2 KiB`, value: files / small, unit: '1/s' },
    { name: 'peak memory of the peer', value: peakMemory(peer.daemon.pid), unit: 'MiB' }
  ]
}

/** @returns the seconds that it took */
async function add(peer: Peer, parts: Iterable<Uint8Array>): Promise<number> {
  const start = performance.now()
  const sending = request(`${peer.rest}/add?stream-channels=false`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=XX' }
  })
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>
  for (const part of parts) if (!sending.write(part)) await once(sending, 'drain')
  sending.end('\r\n--XX--\r\n')
  const [answer] = await answered
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  if (answer.statusCode !== 200) throw new Error(`the add was answered with ${answer.statusCode}: ${text}`)
  return (performance.now() - start) / 1000
}

function* largeFile(size: number, seed: number): Generator<Uint8Array> {
  yield partHead('large')
  for (let i = 0; i * MIB < size; i++) yield noise(seed + i, MIB)
}

function* smallFiles(count: number): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) {
    yield partHead(`folder%2F${i}`)
    yield noise(2_000_000 + i, SMALL_FILE_BYTES)
  }
}

function partHead(name: string): Uint8Array {
  const disposition = `Content-Disposition: form-data; name="file"; filename="${name}"`
  return Buffer.from(`\r\n--XX\r\n${disposition}\r\nContent-Type: application/octet-stream\r\n\r\n`)
}
