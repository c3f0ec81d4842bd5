import { hsalsa, salsa20 } from '@noble/ciphers/salsa.js'

/** `expand 32-byte k` as words: the constant of Salsa20. */
const SIGMA = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574)
const BLOCK = 64

/** Bytes that one nonce is good for: the cipher counts its blocks in 32 bits. */
const MAX_BYTES = 2 ** 32 * BLOCK

/**
 * One direction of a connection in a private network: XSalsa20 over everything that is sent, from the first byte on.
 * Holds some bytes for each connection and nothing in common with others, unlike the library that libp2p has for it:
 * there all connections of a process share a memory that grows with each of them, and none can send when it is full.
 */
export class Keystream {
  readonly #key: Uint8Array
  readonly #nonce: Uint8Array
  #position = 0

  /**
   * @param key - 32 bytes
   * @param nonce - 24 bytes
   */
  constructor(key: Uint8Array, nonce: Uint8Array) {
    const subkey = new Uint32Array(8)
    hsalsa(SIGMA, words(key), words(nonce.subarray(0, 16)), subkey)
    this.#key = new Uint8Array(subkey.buffer)
    this.#nonce = Uint8Array.from(nonce.subarray(16, 24))
  }

  /**
   * The next bytes of the stream, encrypted or decrypted, which is the same.
   *
   * @throws Error after 256 GiB; a new connection has to be made then
   */
  apply(bytes: Uint8Array): Uint8Array {
    if (this.#position + bytes.length > MAX_BYTES) throw new Error('the connection has served its time')
    const skip = this.#position % BLOCK
    const padded = new Uint8Array(skip + bytes.length)
    padded.set(bytes, skip)
    salsa20(this.#key, this.#nonce, padded, padded, (this.#position - skip) / BLOCK)
    this.#position += bytes.length
    return padded.subarray(skip)
  }
}

/** A copy, as words of the machine; those of this project are little-endian, as the cipher wants it. */
function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes).buffer)
}
