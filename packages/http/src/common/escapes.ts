const MALFORMED = /%(?![0-9a-fA-F]{2})/

/** Resolves percent-escapes. Bytes that are no UTF-8 become U+FFFD. @returns undefined when an escape is malformed */
export function decodeEscapes(text: string): string | undefined {
  if (!text.includes('%')) return text
  if (MALFORMED.test(text)) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return Buffer.from(text.replace(/%([0-9a-fA-F]{2})/g, toCharacter), 'latin1').toString('utf8')
  }
}

function toCharacter(_escape: string, digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 16))
}
