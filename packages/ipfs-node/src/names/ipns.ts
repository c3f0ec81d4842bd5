import { peerIdFromCID, peerIdFromString } from '@libp2p/peer-id'
import type { PeerId } from '@libp2p/interface'
import { parseCid } from '../dag/path.ts'
import { KuboError, messageOf } from '../errors.ts'
import type { NameOptions } from './interface.ts'

/** Where records are kept under keys: the DHT. */
export type GetRecord = (key: Uint8Array, options: NameOptions) => Promise<Uint8Array>

/**
 * The value of the newest record of an IPNS name that others have.
 *
 * @param name - a peer ID in any form, `k51...` for instance
 * @throws KuboError also for a record that is not signed by the key of the name, or has expired
 */
export async function readIpnsRecord(name: string, get: GetRecord, options: NameOptions = {}): Promise<string> {
  const [{ multihashToIPNSRoutingKey, unmarshalIPNSRecord }, { ipnsValidator }] = await Promise.all([
    import('ipns'),
    import('ipns/validator')
  ])
  const key = multihashToIPNSRoutingKey(readName(name).toMultihash())
  try {
    const record = await get(key, options)
    await ipnsValidator(key, record)
    return unmarshalIPNSRecord(record).value
  } catch (err) {
    options.signal?.throwIfAborted()
    throw new KuboError(`could not resolve name: ${messageOf(err)}`, { cause: err })
  }
}

function readName(name: string): PeerId {
  try {
    return /^(12D3|Qm|16Uiu|1)/.test(name) ? peerIdFromString(name) : peerIdFromCID(parseCid(name))
  } catch (err) {
    throw new KuboError(`invalid path ${JSON.stringify(`/ipns/${name}`)}: ${messageOf(err)}`, { cause: err })
  }
}
