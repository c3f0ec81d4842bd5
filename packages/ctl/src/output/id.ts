import { compareText, idToJSON, versionToJSON } from '@ipfs-cluster/api'
import type { Id, Version } from '@ipfs-cluster/api'
import type { Printer } from './printer.ts'

/** A peer: who it is, where it is, and its IPFS node. */
export const idPrinter: Printer<Id> = { text: idText, json: idToJSON }

export const versionPrinter: Printer<Version> = {
  text: ({ version }) => `${version}\n`,
  json: versionToJSON
}

function idText(id: Id): string {
  if (id.error !== '') return `${id.id} | ERROR: ${id.error}\n`
  const others = (id.clusterPeers?.length ?? 0) - 1
  return (
    `${id.id} | ${id.peername} | Sees ${others} other peers\n` +
    `  > Addresses:\n${addresses(id.addresses)}${ipfsText(id.ipfs)}`
  )
}

function ipfsText(ipfs: Id['ipfs']): string {
  if (ipfs.error !== '') return `  > IPFS ERROR: ${ipfs.error}\n`
  return `  > IPFS: ${ipfs.id}\n${addresses(ipfs.addresses)}`
}

function addresses(list: readonly string[] | null): string {
  return [...(list ?? [])]
    .sort(compareText)
    .map((address) => `    - ${address}\n`)
    .join('')
}
