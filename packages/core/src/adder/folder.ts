import { ClusterError } from '@ipfs-cluster/api'
import type { DagNode } from './unixfs/nodes.ts'

/** A folder that is still being filled: links to what is finished, and folders. Of files it holds nothing else. */
export class Folder {
  readonly children = new Map<string, DagNode | Folder>()

  /**
   * The folder at that place below this one, made with all those above it where they are missing.
   *
   * @param from - how many parts of the path lead to this folder
   * @throws ClusterError `ERR_BAD_REQUEST` when one of them is a file
   */
  folder(path: readonly string[], from: number = 0): Folder {
    const name = path[from]
    if (name === undefined) return this
    const child = this.children.get(name) ?? new Folder()
    if (!(child instanceof Folder)) throw contradiction(path)
    this.children.set(name, child)
    return child.folder(path, from + 1)
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

function contradiction(path: readonly string[]): ClusterError {
  return new ClusterError('ERR_BAD_REQUEST', `${JSON.stringify(path.join('/'))} is to be both a file and a folder`)
}
