import {
  alertToJSON,
  bandwidthByProtocolToJSON,
  cidToText,
  compareText,
  globalRepoGcToJSON,
  metricToJSON,
  Time
} from '@ipfs-cluster/api'
import type { Alert, Bandwidth, GlobalRepoGc, IpfsRepoGc, Metric, RepoGc } from '@ipfs-cluster/api'
import { padEnd, padStart } from './columns.ts'
import { fixed, humanSize, humanTime } from './humanize.ts'
import type { Printer } from './printer.ts'

/** A metric with the time left until it expires, counted from `now`. */
export function metricPrinter(now: Time = Time.now()): Printer<Metric> {
  const expiry = ({ expire }: Metric): string => humanTime(expire, now.toUnixNanoseconds())
  return {
    text: (metric) => `${metric.peer} | ${metric.name}: ${metricValue(metric)} | Expires in: ${expiry(metric)}\n`,
    json: metricToJSON,
    table: {
      head: ['PEER', 'METRIC', 'VALUE', 'EXPIRES'],
      rows: (metric) => [[metric.peer, metric.name, metricValue(metric), expiry(metric)]]
    }
  }
}

function metricValue({ name, value, weight }: Metric): string {
  return name === 'freespace' && weight > 0n ? humanSize(weight) : value
}

/** The name of a metric. */
export const metricNamePrinter: Printer<string> = {
  text: (name) => `${name}\n`,
  json: (name) => name,
  table: { head: ['METRIC'], rows: (name) => [[name]] }
}

/** A metric that expired, with the time since then, counted from `now`. */
export function alertPrinter(now: Time = Time.now()): Printer<Alert> {
  const since = (time: bigint): string => humanTime(time, now.toUnixNanoseconds())
  return {
    text: ({ peer, name, expire, triggeredAt }) => {
      const triggered = since(triggeredAt.toUnixNanoseconds())
      return `${peer}: ${name}. Expired at: ${since(expire)}. Triggered at: ${triggered}\n`
    },
    json: alertToJSON,
    table: {
      head: ['PEER', 'METRIC', 'EXPIRED', 'TRIGGERED'],
      rows: ({ peer, name, expire, triggeredAt }) => [
        [peer, name, since(expire), since(triggeredAt.toUnixNanoseconds())]
      ]
    }
  }
}

/** Traffic by protocol, a line each. */
export const bandwidthPrinter: Printer<Record<string, Bandwidth>> = {
  text: (protocols) =>
    byKey(protocols)
      .map(([protocol, traffic]) => bandwidthLine(protocol, traffic))
      .join(''),
  json: bandwidthByProtocolToJSON,
  table: {
    head: ['PROTOCOL', 'IN', 'OUT', 'RATE IN', 'RATE OUT'],
    rows: (protocols) =>
      byKey(protocols).map(([protocol, { totalIn, totalOut, rateIn, rateOut }]) => {
        return [protocol, humanSize(totalIn), humanSize(totalOut), `${fixed(rateIn, 2)}B/s`, `${fixed(rateOut, 2)}B/s`]
      })
  }
}

function byKey<T>(map: Readonly<Record<string, T>>): [key: string, value: T][] {
  return Object.entries(map).sort(([a], [b]) => compareText(a, b))
}

function bandwidthLine(protocol: string, { totalIn, totalOut, rateIn, rateOut }: Bandwidth): string {
  const total = `In: ${padStart(humanSize(totalIn), 7)}. Out: ${padStart(humanSize(totalOut), 7)}`
  return `${padStart(protocol, 25)}: ${total}. RateIn: ${fixed(rateIn, 2)}B/s. RateOut: ${fixed(rateOut, 2)}B/s\n`
}

/** What garbage collection removed, peer by peer. */
export const repoGcPrinter: Printer<GlobalRepoGc> = {
  text: ({ peerMap }) =>
    byKey(peerMap)
      .map(([peer, gc]) => repoGcText(peer, gc))
      .join(''),
  json: globalRepoGcToJSON,
  table: {
    head: ['PEER', 'REMOVED', 'ERROR'],
    rows: ({ peerMap }) => byKey(peerMap).flatMap(([peer, gc]) => repoGcRows(gc.peername || peer, gc))
  }
}

function repoGcRows(name: string, { error, keys }: RepoGc): string[][] {
  const removed = keys.map(({ key, error: failure }) => [name, key === null ? '' : cidToText(key), failure])
  return error === '' ? removed : [[name, '', error], ...removed]
}

function repoGcText(peer: string, { peername, error, keys }: RepoGc): string {
  const name = padEnd(peername === '' ? peer : peername, 15)
  const failure = error === '' ? '' : ` | ERROR: ${error}`
  return `${name}${failure}\n  > CIDs:\n${keys.map(removedLine).join('')}`
}

function removedLine({ key, error }: IpfsRepoGc): string {
  if (error !== '') return `    - ERROR: ${error}\n`
  return `    - ${key === null ? '' : cidToText(key)}\n`
}
