import { cidToText, quote } from '@ipfs-cluster/api'
import type { GlobalRepoGc } from '@ipfs-cluster/api'
import { messageOf } from '@ipfs-cluster/core/util'
import { document } from '../../common/answer.ts'
import type { LinesAnswer } from '../../common/answer.ts'
import type { QueryGroup, Route } from '../../common/route.ts'
import { ToldFailures } from '../told-failures.ts'
import { proxyRoute } from '../route.ts'
import type { ProxyContext } from '../route.ts'

const STAT = '/api/v0/repo/stat'
const MAX_UINT64 = 2n ** 64n - 1n

/** What clients read of a repository besides its size. */
interface NodeRepo {
  NumObjects?: number
  RepoPath?: string
  Version?: string
}

const sizeOnly: QueryGroup<boolean> = {
  parameters: [{ name: 'size-only', type: 'boolean', default: false, doc: 'Tell the sizes alone, which is faster' }],
  read: (query) => query.get('size-only') === 'true'
}

const tellsErrors: QueryGroup<boolean> = {
  parameters: [{ name: 'stream-errors', type: 'boolean', default: false, doc: 'Tell errors in the lines' }],
  read: (query) => query.get('stream-errors') === 'true'
}

/** The repositories of all members as if they were one. */
export const repoRoutes: readonly Route<ProxyContext>[] = [
  proxyRoute({
    name: 'repoStat',
    method: 'POST',
    path: STAT,
    summary:
      'Tells the space in the IPFS nodes of all members, and what the one behind the proxy says of its repository',
    query: { sizeOnly },
    answers: [{ status: 200, doc: 'The sum of the members that answered', type: 'RepoStat' }],
    errors: { 500: 'The peer could not do it; the message says why' },
    handle: async ({ cluster, node, logger }, { sizeOnly: isShort }, { signal }) => {
      const ask = async (): Promise<NodeRepo> => {
        try {
          return await node.json<NodeRepo>(STAT, { signal })
        } catch (err) {
          signal.throwIfAborted()
          logger.warn(`the IPFS node does not tell of its repository: ${messageOf(err)}`)
          return {}
        }
      }
      const [{ repoSize, storageMax }, repo] = await Promise.all([cluster.repoStat({ signal }), isShort ? {} : ask()])
      const sizes = `"RepoSize":${limited(repoSize)},"StorageMax":${limited(storageMax)}`
      return document(isShort ? `{${sizes}}` : `{${sizes},${describe(repo)}}`)
    }
  }),
  proxyRoute({
    name: 'repoGc',
    method: 'POST',
    path: '/api/v0/repo/gc',
    summary: 'Has the IPFS nodes of all members remove blocks that are not pinned',
    query: { tellsErrors },
    answers: [{ status: 200, doc: 'What was removed', type: 'RepoGcKey', form: 'lines' }],
    errors: { 500: 'The peer could not do it; the message says why' },
    handle: async ({ cluster, logger }, { tellsErrors: isInLines }, { signal }): Promise<LinesAnswer> => {
      const collected = await cluster.repoGc({ signal })
      for (const { peer, error } of Object.values(collected.peerMap)) {
        if (error !== '') logger.error(`${peer} could not collect its garbage: ${error}`)
      }
      return { kind: 'lines', status: 200, eager: true, lines: gcLines(collected, isInLines) }
    }
  })
]

async function* gcLines({ peerMap }: GlobalRepoGc, isInLines: boolean): AsyncGenerator<string, void, undefined> {
  const failures = new ToldFailures()
  for (const { keys } of Object.values(peerMap)) {
    for (const { key, error } of keys) {
      const told = isInLines && error !== '' ? `,"Error":${quote(error)}` : ''
      yield `{"Key":${key === null ? 'null' : `{"/":"${cidToText(key)}"}`}${told}}\n`
      if (!isInLines && error !== '') failures.add(error)
    }
  }
  failures.throwAsOne()
}

function describe({ NumObjects = 0, RepoPath = '', Version = '' }: NodeRepo): string {
  return `"NumObjects":${NumObjects},"RepoPath":${quote(RepoPath)},"Version":${quote(Version)}`
}

/** A node without a limit says 2^64-1, and no client can read more. */
function limited(size: bigint): bigint {
  return size > MAX_UINT64 ? MAX_UINT64 : size
}
