import { request } from 'node:http'
import type { Peer } from '../../e2e/harness/peer.ts'
import { cidTexts } from '../lib/cids.ts'
import { sendAll } from '../lib/load.ts'
import type { Load } from '../lib/load.ts'
import { onePeer } from '../lib/one-peer.ts'
import { cpuSeconds, memory } from '../lib/process-cost.ts'
import type { Figure, Scenario, ScenarioContext } from '../lib/scenario.ts'
import { quantile } from '../lib/statistics.ts'

/** Pins over the REST API. */
export const pins: Scenario = onePeer('pins', measure)

async function measure(peer: Peer, { scale, hasBatches }: ScenarioContext): Promise<Figure[]> {
  const count = scale === 'small' ? 500 : 20_000
  await pin(peer, 'warm-up', 200, 8)
  const before = cpuSeconds(peer.daemon.pid)
  const many = await pin(peer, 'many', count, 32)
  const cpu = cpuSeconds(peer.daemon.pid) - before
  const lone = await pin(peer, 'lone', Math.ceil(count / 10), 1)
  return [
    { name: 'pins/s, 32 clients', value: many.perSecond, unit: '1/s' },
    { name: 'POST p50 at that load', value: quantile(many.times, 0.5), unit: 'ms' },
    { name: 'POST p99 at that load', value: quantile(many.times, 0.99), unit: 'ms' },
    { name: 'CPU of the peer for a pin', value: (cpu * 1000) / count, unit: 'ms' },
    { name: 'pins/s, 1 client', value: lone.perSecond, unit: '1/s' },
    { name: 'memory of the peer', value: memory(peer.daemon.pid), unit: 'MiB' },
    ...(hasBatches ? [await batch(peer, count)] : [])
  ]
}

function pin(peer: Peer, label: string, count: number, clients: number): Promise<Load> {
  return sendAll(
    peer.restPort,
    'POST',
    Array.from(cidTexts(label, count), (cid) => `/pins/${cid}`),
    clients
  )
}

/** All in one request, which the Go release does not know. */
async function batch(peer: Peer, count: number): Promise<Figure> {
  const start = performance.now()
  const results = await new Promise<number>((resolve, reject) => {
    const to = { host: '127.0.0.1', port: peer.restPort, path: '/pins/batch', method: 'POST' }
    const sent = request(to, (answer) => {
      let pinned = 0
      answer.on('data', (chunk: Buffer) => (pinned += chunk.toString('latin1').split('"pin":').length - 1))
      answer.once('end', () => resolve(pinned))
    })
    sent.once('error', reject)
    for (const cid of cidTexts('batch', count)) sent.write(`{"cid":"${cid}"}\n`)
    sent.end()
  })
  // A word that a chunk border cuts in two is not counted; that many are not.
  if (results < count * 0.99) throw new Error(`only ${results} of ${count} pins were made`)
  return { name: 'pins/s, one batch', value: count / ((performance.now() - start) / 1000), unit: '1/s' }
}
