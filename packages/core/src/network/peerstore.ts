import { readFile } from 'node:fs/promises'
import type { Multiaddr } from '@ipfs-cluster/api'
import { writeFileAtomic } from '../config/index.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { AddressBook } from './address-book.ts'
import { formatPeerstore, parsePeerstore, splitPeer } from './peerstore-file.ts'

/** Readable by everybody, as the Go release makes it. */
const FILE_MODE = 0o644

/** Takes the addresses of the configuration: they come before all others. */
export function giveAddresses(book: AddressBook, addresses: readonly Multiaddr[], log: Logger): void {
  for (const address of addresses) {
    const parsed = splitPeer(address)
    if (parsed === undefined) {
      log.warn(`peer_addresses: ${address} does not end in /p2p/ and a peer ID, it is passed over. Correct it.`)
      continue
    }
    book.give(parsed.peer, parsed.addresses)
    book.setPriority(parsed.peer, 0)
  }
}

/** Reads the peerstore file, if there is one; its peers are called in its order. */
export async function loadPeerstore(book: AddressBook, path: string, log: Logger): Promise<void> {
  const onBad = (line: string): void => log.warn(`${path}: ${line} is not the address of a peer, it is passed over`)
  const peers = parsePeerstore(await readText(path, log), onBad)
  for (const [index, { peer, addresses }] of peers.entries()) {
    const isGiven = book.addressesOf(peer).length > 0
    book.hear(peer, addresses)
    if (!isGiven) book.setPriority(peer, index + 1)
  }
}

/** Writes all peers that are known. A failure is logged: the peer stops anyway. */
export async function savePeerstore(book: AddressBook, path: string, log: Logger): Promise<void> {
  try {
    await writeFileAtomic(path, formatPeerstore(book.byPriority()), FILE_MODE)
  } catch (err) {
    log.error(`could not save peer addresses to ${path}: ${messageOf(err)}`)
  }
}

async function readText(path: string, log: Logger): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'ENOENT') log.error(`could not read ${path}: ${messageOf(err)}`)
    return ''
  }
}
