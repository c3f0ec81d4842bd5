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
  return {
    text: ({ peer, name, value, weight, expire }) => {
      const shown = name === 'freespace' && weight > 0n ? humanSize(weight) : value
      return `${peer} | ${name}: ${shown} | Expires in: ${humanTime(expire, now.toUnixNanoseconds())}\n`
    },
    json: metricToJSON
  }
}

/** The name of a metric. */
export const metricNamePrinter: Printer<string> = { text: (name) => `${name}\n`, json: (name) => name }

/** A metric that expired, with the time since then, counted from `now`. */
export function alertPrinter(now: Time = Time.now()): Printer<Alert> {
  const since = (time: bigint): string => humanTime(time, now.toUnixNanoseconds())
  return {
    text: ({ peer, name, expire, triggeredAt }) => {
      const triggered = since(triggeredAt.toUnixNanoseconds())
      return `${peer}: ${name}. Expired at: ${since(expire)}. Triggered at: ${triggered}\n`
    },
    json: alertToJSON
  }
}

/** Traffic by protocol, a line each. */
export const bandwidthPrinter: Printer<Record<string, Bandwidth>> = {
  text: (protocols) =>
    Object.entries(protocols)
      .sort(([a], [b]) => compareText(a, b))
      .map(([protocol, traffic]) => bandwidthLine(protocol, traffic))
      .join(''),
  json: bandwidthByProtocolToJSON
}

function bandwidthLine(protocol: string, { totalIn, totalOut, rateIn, rateOut }: Bandwidth): string {
  const total = `In: ${padStart(humanSize(totalIn), 7)}. Out: ${padStart(humanSize(totalOut), 7)}`
  return `${padStart(protocol, 25)}: ${total}. RateIn: ${fixed(rateIn, 2)}B/s. RateOut: ${fixed(rateOut, 2)}B/s\n`
}

/** What garbage collection removed, peer by peer. */
export const repoGcPrinter: Printer<GlobalRepoGc> = {
  text: ({ peerMap }) =>
    Object.entries(peerMap)
      .sort(([a], [b]) => compareText(a, b))
      .map(([peer, gc]) => repoGcText(peer, gc))
      .join(''),
  json: globalRepoGcToJSON
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
