import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { Peer } from '../../e2e/harness/peer.ts'
import { startMockIpfs } from '../lib/mock-ipfs.ts'
import type { Figure, Scenario } from '../lib/scenario.ts'
import { quantile } from '../lib/statistics.ts'

/** Pins over the REST API into one peer whose IPFS node costs nothing. */
export const pins: Scenario = {
  name: 'pins',
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), 'bench-pins-'))
    const ipfs = await startMockIpfs()
    const peer = await Peer.init({ folder, bins: context.bins, ipfsPort: ipfs.port })
    await peer.start()
    try {
      const count = context.scale === 'small' ? 500 : 10_000
      await pinMany(peer.restPort, 'warm-up', 200, 8)
      const many = await pinMany(peer.restPort, 'many', count, 32)
      const lone = await pinMany(peer.restPort, 'lone', Math.ceil(count / 4), 1)
      return [
        { name: 'pins/s, 32 clients', value: many.perSecond, unit: '1/s' },
        { name: 'POST p99 at that load', value: quantile(many.times, 0.99), unit: 'ms' },
        { name: 'pins/s, 1 client', value: lone.perSecond, unit: '1/s' },
        memory(peer.daemon.pid)
      ]
    } finally {
      await peer.stop()
      await ipfs.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

interface Load {
  perSecond: number
  /** Milliseconds that each request took. */
  times: number[]
}

/** Pins `count` different CIDs from that many clients, each of which sends its next request after its last answer. */
async function pinMany(port: number, label: string, count: number, clients: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const times: number[] = []
  let next = 0
  const start = performance.now()
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (next < count) {
        const sent = performance.now()
        await post(agent, port, `/pins/${cidOf(`${label}-${next++}`).toString()}`)
        times.push(performance.now() - sent)
      }
    })
  )
  const seconds = (performance.now() - start) / 1000
  agent.destroy()
  return { perSecond: count / seconds, times }
}

async function post(agent: Agent, port: number, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const sent = request({ agent, host: '127.0.0.1', port, path, method: 'POST' }, (response) => {
      response.resume()
      response.once('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`POST ${path} was answered with ${response.statusCode ?? 0}`))
      })
    })
    sent.once('error', reject)
    sent.end()
  })
}

function cidOf(text: string): CID {
  return CID.createV1(0x55, create(0x12, createHash('sha256').update(text).digest()))
}

/** Memory that the process holds at this moment. Linux tells; elsewhere the figure is left out as 0. */
function memory(pid: number): Figure {
  let value = 0
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    value = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  } catch {
    // Not Linux.
  }
  return { name: 'memory of the daemon', value, unit: 'MiB' }
}
