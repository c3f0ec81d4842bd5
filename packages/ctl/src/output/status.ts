import { cidToText, compareText, globalPinInfoToJSON } from '@ipfs-cluster/api'
import type { GlobalPinInfo, PinInfoShort, TrackerStatus } from '@ipfs-cluster/api'
import { padEnd } from './columns.ts'
import { PLAIN } from './paint.ts'
import type { Paint } from './paint.ts'
import type { Printer } from './printer.ts'

/** How an item fares: a line for the item and one for each peer. */
export const statusPrinter: Printer<GlobalPinInfo> = {
  text: statusText,
  json: globalPinInfoToJSON,
  table: { head: ['CID', 'NAME', 'PEER', 'STATUS', 'SINCE', 'ATTEMPTS', 'ERROR'], rows: statusRows }
}

function statusText(info: GlobalPinInfo, paint: Paint = PLAIN): string {
  const name = info.name === '' ? '' : ` | ${info.name}`
  const lines = peersOf(info).map(([peer, entry]) => peerLine(peer, entry, paint))
  return `${paint.strong(cidToText(info.cid))}${name}:\n${lines.join('')}`
}

function statusRows(info: GlobalPinInfo): string[][] {
  const cid = cidToText(info.cid)
  return peersOf(info).map(([peer, { peername, status, timestamp, attemptCount, error }]) => {
    return [cid, info.name, peername || peer, status.toUpperCase(), timestamp.toString(), String(attemptCount), error]
  })
}

function peersOf(info: GlobalPinInfo): [peer: string, entry: PinInfoShort][] {
  return Object.entries(info.peerMap).sort(([a], [b]) => compareText(a, b))
}

function peerLine(peer: string, entry: PinInfoShort, paint: Paint): string {
  const name = padEnd(entry.peername === '' ? peer : entry.peername, 20)
  const error = entry.error === '' ? '' : `: ${entry.error}`
  const attempts = `Attempts: ${entry.attemptCount} | Priority: ${entry.priorityPin}`
  const status = paint[tone(entry.status)](`${entry.status.toUpperCase()}${error}`)
  return `    > ${name} : ${status} | ${entry.timestamp.toString()} | ${attempts}\n`
}

function tone(status: TrackerStatus): keyof Paint {
  if (status === 'pinned') return 'good'
  if (status.endsWith('error') || status === 'unexpectedly_unpinned') return 'bad'
  return status.includes('ing') || status.includes('queued') ? 'busy' : 'strong'
}
