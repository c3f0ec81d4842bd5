/**
 * The line of a value in a JSON document, counted from 1: the line of its last key that exists. The document must be
 * valid; a path that leads nowhere ends where it leaves the document.
 */
export function lineOf(json: string, path: readonly string[]): number {
  let position = 0
  let found = 0
  for (const key of path) {
    const next = findKey(json, position, key)
    if (next === undefined) break
    found = next.key
    position = next.value
  }
  return json.slice(0, found).split('\n').length
}

/** String, bracket or separator; numbers and words in between do not matter. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

/** Where a key of the object that begins at or after `from` stands, and where its value begins. */
function findKey(json: string, from: number, wanted: string): { key: number; value: number } | undefined {
  TOKEN.lastIndex = from
  let depth = 0
  let last: { text: string; at: number } | undefined
  for (let token = TOKEN.exec(json); token !== null; token = TOKEN.exec(json)) {
    const [text] = token
    if (text === '{' || text === '[') depth++
    else if (text === '}' || text === ']') {
      depth--
      if (depth === 0) return undefined
    } else if (text === ':' && depth === 1 && last !== undefined && sameKey(last.text, wanted)) {
      return { key: last.at, value: TOKEN.lastIndex }
    }
    last = { text, at: token.index }
  }
  return undefined
}

function sameKey(quoted: string, wanted: string): boolean {
  return (JSON.parse(quoted) as string).toLowerCase() === wanted.toLowerCase()
}
