/** Where an entry belongs. */
export interface EntryPath {
  /** The first part of its path: name of the root that it is, or is in; empty when it has no name. */
  root: string
  /** The parts below the root. */
  below: string[]
}

/**
 * Takes a path apart. As in the Go release, `.` and empty parts count for nothing and `..` does not lead out.
 *
 * @param isWrapped - whether everything is in one root without a name
 */
export function splitEntryPath(path: string, isWrapped: boolean): EntryPath {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  if (isWrapped) return { root: '', below: parts }
  const [root = '', ...below] = parts
  return { root, below }
}

/** The name in the output of what is at that place. */
export function outputName(root: string, below: readonly string[]): string {
  return [root, ...below].filter((part) => part !== '').join('/')
}
