import { addedOutputToJSON, cidToText, compareText, pinToJSON } from '@ipfs-cluster/api'
import type { AddedOutput, Pin, Time } from '@ipfs-cluster/api'
import type { Printer, Table } from './printer.ts'

/** An item of the pinset, on one line. */
export const pinPrinter: Printer<Pin> = {
  text: pinText,
  json: pinToJSON,
  table: { head: ['CID', 'NAME', 'TYPE', 'COPIES', 'ALLOCATIONS', 'EXPIRES', 'ADDED'], rows: (pin) => [pinRow(pin)] }
}

const addedTable: Table<AddedOutput> = {
  head: ['CID', 'NAME', 'SIZE'],
  rows: (added) => [[cidOf(added), added.name, String(added.size || added.bytes)]]
}

/** What an add made, with its name. */
export const addedPrinter: Printer<AddedOutput> = {
  text: (added) => `added ${cidOf(added)} ${added.name}\n`,
  json: addedOutputToJSON,
  table: addedTable
}

/** What an add made, by its CID alone. JSON is the same. */
export const quietAddedPrinter: Printer<AddedOutput> = {
  text: (added) => `${cidOf(added)}\n`,
  json: addedOutputToJSON,
  table: { head: ['CID'], rows: (added) => [[cidOf(added)]] }
}

function cidOf(added: AddedOutput): string {
  return added.cid === null ? '' : cidToText(added.cid)
}

function pinText(pin: Pin): string {
  const columns = [
    cidToText(pin.cid),
    pin.name,
    typeOf(pin),
    placement(pin),
    depth(pin.maxDepth),
    `Metadata: ${Object.keys(pin.metadata ?? {}).length > 0 ? 'yes' : 'no'}`,
    `Exp: ${clock(pin.expireAt) ?? '∞'}`,
    `Added: ${clock(pin.timestamp) ?? 'unknown'}`
  ]
  return `${columns.join(' | ')}\n`
}

function pinRow(pin: Pin): string[] {
  const { replicationFactorMin: min, replicationFactorMax: max } = pin
  const isEverywhere = min === -1 && max === -1
  return [
    cidToText(pin.cid),
    pin.name,
    typeOf(pin),
    isEverywhere ? 'all' : `${min}-${max}`,
    isEverywhere ? '' : [...(pin.allocations ?? [])].sort(compareText).join('\n'),
    clock(pin.expireAt) ?? '',
    clock(pin.timestamp) ?? ''
  ]
}

function typeOf(pin: Pin): string {
  return pin.type.toUpperCase() + (pin.mode === 'direct' ? '-DIRECT' : '')
}

function placement(pin: Pin): string {
  const { replicationFactorMin: min, replicationFactorMax: max } = pin
  if (min === -1 && max === -1) return 'Repl. Factor: -1 | Allocations: [everywhere]'
  const peers = [...(pin.allocations ?? [])].sort(compareText)
  return `Repl. Factor: ${min}--${max} | Allocations: [${peers.join(' ')}]`
}

function depth(maxDepth: number): string {
  if (maxDepth === 0) return 'Direct'
  return maxDepth === -1 ? 'Recursive' : `Recursive-${maxDepth}`
}

/** Date and time of day to the second, in the zone that the peer wrote; undefined for a time that is not set. */
function clock(time: Time): string | undefined {
  return time.isZero ? undefined : time.toString().slice(0, 19).replace('T', ' ')
}
