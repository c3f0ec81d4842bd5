import { cidToText, compareText, globalPinInfoToJSON } from '@ipfs-cluster/api'
import type { GlobalPinInfo, PinInfoShort } from '@ipfs-cluster/api'
import { padEnd } from './columns.ts'
import type { Printer } from './printer.ts'

/** How an item fares: a line for the item and one for each peer. */
export const statusPrinter: Printer<GlobalPinInfo> = { text: statusText, json: globalPinInfoToJSON }

function statusText(info: GlobalPinInfo): string {
  const name = info.name === '' ? '' : ` | ${info.name}`
  const peers = Object.entries(info.peerMap).sort(([a], [b]) => compareText(a, b))
  return `${cidToText(info.cid)}${name}:\n${peers.map(([peer, entry]) => peerLine(peer, entry)).join('')}`
}

function peerLine(peer: string, entry: PinInfoShort): string {
  const name = padEnd(entry.peername === '' ? peer : entry.peername, 20)
  const error = entry.error === '' ? '' : `: ${entry.error}`
  const attempts = `Attempts: ${entry.attemptCount} | Priority: ${entry.priorityPin}`
  return `    > ${name} : ${entry.status.toUpperCase()}${error} | ${entry.timestamp.toString()} | ${attempts}\n`
}
