import type { Ed25519PrivateKey, Ed25519PublicKey, PrivateKey } from '@libp2p/interface'
import type { KeyObject } from 'node:crypto'
import { createPrivateKey, sign } from 'node:crypto'

/** Bytes of an Ed25519 seed; in libp2p's form of a private key the public key follows. */
const SEED_LENGTH = 32

/**
 * The same key, quicker to sign with: libp2p's own reads the key anew for each signature, which takes three times as
 * long as the signature, and every message on a topic is signed. Other than Ed25519 keys are given back as they are.
 */
export function signingKey(key: PrivateKey): PrivateKey {
  return key.type === 'Ed25519' ? new SigningKey(key) : key
}

class SigningKey implements Ed25519PrivateKey {
  readonly type = 'Ed25519'
  readonly publicKey: Ed25519PublicKey
  readonly raw: Uint8Array
  readonly #key: Ed25519PrivateKey
  readonly #readKey: KeyObject

  constructor(key: Ed25519PrivateKey) {
    this.publicKey = key.publicKey
    this.raw = key.raw
    this.#key = key
    const [d, x] = [key.raw.subarray(0, SEED_LENGTH), key.publicKey.raw].map((bytes) =>
      Buffer.from(bytes).toString('base64url')
    )
    this.#readKey = createPrivateKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', d: d ?? '', x: x ?? '' } })
  }

  equals(key?: unknown): boolean {
    return this.#key.equals(key)
  }

  sign(message: Parameters<Ed25519PrivateKey['sign']>[0]): Uint8Array {
    return sign(null, message instanceof Uint8Array ? message : message.subarray(), this.#readKey)
  }
}
