import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { StartError } from '../errors.ts'
import type { NodeConfig } from './config.ts'

/** Who the node is. */
export interface Identity {
  peerId: string
  privateKey: PrivateKey
  /** The public key as clients are told it: base64 of its protobuf. */
  publicKey: string
}

/** Makes a new key. */
export async function newIdentity(): Promise<NodeConfig['Identity']> {
  const key = await generateKeyPair('Ed25519')
  return {
    PeerID: peerIdFromPrivateKey(key).toString(),
    PrivKey: Buffer.from(privateKeyToProtobuf(key)).toString('base64')
  }
}

/** Reads the key of a configuration. @throws StartError when it is not one, or another's */
export function loadIdentity({ PeerID, PrivKey }: NodeConfig['Identity']): Identity {
  const privateKey = readKey(PrivKey)
  const peerId = peerIdFromPrivateKey(privateKey).toString()
  if (PeerID !== peerId) {
    throw new StartError(`the key in the config is of ${peerId} but Identity.PeerID is ${PeerID}: correct one of them`)
  }
  return { peerId, privateKey, publicKey: Buffer.from(publicKeyToProtobuf(privateKey.publicKey)).toString('base64') }
}

function readKey(text: string): PrivateKey {
  try {
    return privateKeyFromProtobuf(Buffer.from(text, 'base64'))
  } catch (err) {
    throw new StartError('Identity.PrivKey in the config is not a private key: restore it from a copy', { cause: err })
  }
}
