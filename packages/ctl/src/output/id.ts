import { compareText, idToJSON, versionToJSON } from '@ipfs-cluster/api'
import type { Id, Version } from '@ipfs-cluster/api'
import type { Printer } from './printer.ts'

/** A peer: who it is, where it is, and its IPFS node. */
export const idPrinter: Printer<Id> = {
  text: idText,
  json: idToJSON,
  table: {
    head: ['PEER', 'NAME', 'SEES', 'ADDRESSES', 'IPFS'],
    rows: (id) => [[id.id, id.peername, String(others(id)), sorted(id.addresses).join('\n'), errorOf(id) || id.ipfs.id]]
  }
}

export const versionPrinter: Printer<Version> = {
  text: ({ version }) => `${version}\n`,
  json: versionToJSON,
  table: { head: ['VERSION'], rows: ({ version }) => [[version]] }
}

function idText(id: Id): string {
  if (id.error !== '') return `${id.id} | ERROR: ${id.error}\n`
  return (
    `${id.id} | ${id.peername} | Sees ${others(id)} other peers\n` +
    `  > Addresses:\n${addresses(id.addresses)}${ipfsText(id.ipfs)}`
  )
}

function others(id: Id): number {
  return (id.clusterPeers?.length ?? 0) - 1
}

function errorOf({ error, ipfs }: Id): string {
  const failure = error || ipfs.error
  return failure === '' ? '' : `ERROR: ${failure}`
}

function ipfsText(ipfs: Id['ipfs']): string {
  if (ipfs.error !== '') return `  > IPFS ERROR: ${ipfs.error}\n`
  return `  > IPFS: ${ipfs.id}\n${addresses(ipfs.addresses)}`
}

function addresses(list: readonly string[] | null): string {
  return sorted(list)
    .map((address) => `    - ${address}\n`)
    .join('')
}

function sorted(list: readonly string[] | null): string[] {
  return [...(list ?? [])].sort(compareText)
}
