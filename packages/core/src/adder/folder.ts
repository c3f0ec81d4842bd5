import { ClusterError } from '@ipfs-cluster/api'
import { outputName } from './entry-path.ts'
import { sortByName } from './unixfs/directory.ts'
import type { DagNode } from './unixfs/nodes.ts'

/** A folder that is still being filled: links to what is finished, and folders. Of files it holds nothing else. */
export class Folder {
  readonly children = new Map<string, DagNode | Folder>()

  /**
   * The folder at that place below this one, made with all those above it where they are missing.
   *
   * @throws ClusterError `ERR_BAD_REQUEST` when one of them is a file
   */
  folder(path: readonly string[]): Folder {
    return path.reduce<Folder>((folder, name) => {
      const child = folder.children.get(name) ?? new Folder()
      if (!(child instanceof Folder)) throw contradiction(path)
      folder.children.set(name, child)
      return child
    }, this)
  }

  /**
   * Puts a file or symlink there; one of the same name gives way, as in the Go release.
   *
   * @throws ClusterError `ERR_BAD_REQUEST` when a folder is there
   */
  put(path: readonly string[], node: DagNode): void {
    const folder = this.folder(path.slice(0, -1))
    const name = path.at(-1) ?? ''
    if (folder.children.get(name) instanceof Folder) throw contradiction(path)
    folder.children.set(name, node)
  }
}

/** A folder with all that is in it. */
export interface FilledFolder {
  /** Its place in the output. */
  readonly path: string
  readonly children: ReadonlyMap<string, DagNode>
}

/** A folder of which some children are finished. */
interface OpenFolder {
  readonly path: string
  readonly name: string
  /** What is not finished yet, in its order. */
  readonly rest: Iterator<[string, DagNode | Folder]>
  readonly children: Map<string, DagNode>
}

/**
 * The folders of a tree from the inside out, in the order of their names. Whoever takes them says what each has become.
 * No call within a call: a path can have thousands of parts.
 *
 * @param path - place of the root in the output
 * @returns what the root has become
 */
export function* fromInside(root: Folder, path: string): Generator<FilledFolder, DagNode, DagNode> {
  const above: OpenFolder[] = []
  let current = opened(root, '', path)
  for (;;) {
    const inner = nextFolder(current)
    if (inner !== undefined) {
      above.push(current)
      current = inner
      continue
    }
    const node = yield current
    const parent = above.pop()
    if (parent === undefined) return node
    parent.children.set(current.name, node)
    current = parent
  }
}

function opened(folder: Folder, name: string, path: string): OpenFolder {
  const rest = sortByName([...folder.children], ([name]) => name).values()
  return { path, name, rest, children: new Map() }
}

/** The next folder in this one; what is finished before it is taken over. */
function nextFolder({ path, rest, children }: OpenFolder): OpenFolder | undefined {
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    const [name, child] = next.value
    if (child instanceof Folder) return opened(child, name, outputName(path, [name]))
    children.set(name, child)
  }
  return undefined
}

function contradiction(path: readonly string[]): ClusterError {
  return new ClusterError('ERR_BAD_REQUEST', `${JSON.stringify(path.join('/'))} is to be both a file and a folder`)
}
