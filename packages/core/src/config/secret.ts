const SECRET_BYTES = 32

/**
 * Reads the cluster secret.
 *
 * @returns undefined for an empty text: a network without protection
 * @throws Error with the text of the Go release
 */
export function decodeSecret(text: string): Uint8Array | undefined {
  if (text === '') return undefined
  const stranger = /[^0-9a-fA-F]/u.exec(text)
  // Go decodes pair by pair, so a stranger is named before an odd length is noticed.
  if (stranger !== null) throw new Error(`encoding/hex: invalid byte: ${describe(stranger[0])}`)
  if (text.length % 2 === 1) throw new Error('encoding/hex: odd length hex string')
  const bytes = Uint8Array.from(Buffer.from(text, 'hex'))
  if (bytes.length !== SECRET_BYTES) {
    throw new Error(`input secret is ${bytes.length} bytes, cluster secret should be ${SECRET_BYTES}`)
  }
  return bytes
}

/** The text form of a cluster secret: 64 hexadecimal digits, or nothing. */
export function encodeSecret(secret: Uint8Array | undefined): string {
  return secret === undefined ? '' : Buffer.from(secret).toString('hex')
}

/** A new secret. */
export function randomSecret(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(SECRET_BYTES))
}

/** As Go's `%#U` prints the first byte of a character. */
function describe(char: string): string {
  const byte = Buffer.from(char)[0] ?? 0
  const code = `U+${byte.toString(16).toUpperCase().padStart(4, '0')}`
  return /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(String.fromCodePoint(byte))
    ? `${code} '${String.fromCodePoint(byte)}'`
    : code
}
