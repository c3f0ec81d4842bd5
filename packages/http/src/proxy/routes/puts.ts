import { defaultPinOptions, parseCid } from '@ipfs-cluster/api'
import { messageOf } from '@ipfs-cluster/core/util'
import type { Answer } from '../../common/answer.ts'
import type { HttpRequest } from '../../common/http-request.ts'
import type { QueryGroup, Route } from '../../common/route.ts'
import { failure } from '../../common/failure.ts'
import { proxyErrorBody } from '../failure.ts'
import { objectsIn, smallText } from '../proxied-node.ts'
import type { NodeAnswer } from '../proxied-node.ts'
import { proxyRoute } from '../route.ts'
import type { ProxyContext } from '../route.ts'
import { ToldFailures } from '../told-failures.ts'

/** A command that stores what it is sent, and is told what to do with it by `pin`. */
interface PutCommand<T> {
  readonly name: string
  readonly path: string
  readonly type: string
  /** The target that the node is asked for. */
  readonly target: (target: string) => string
  readonly cidOf: (object: T) => string
  readonly encode: (object: T) => string
}

interface BlockPut {
  Key: string
  Size: number
}

interface DagPut {
  Cid: { '/': string }
}

/** Read by whoever decides whether the proxy answers at all. */
const pinned: QueryGroup<void> = {
  parameters: [{ name: 'pin', type: 'boolean', doc: 'The proxy answers only if this is `true`; else the node does' }],
  read: () => {}
}

/** Storing single blocks and pinning them in the cluster. */
export const putRoutes: readonly Route<ProxyContext>[] = [
  putRoute<BlockPut>({
    name: 'blockPut',
    path: '/api/v0/block/put',
    type: 'BlockPut',
    target: (target) => target,
    cidOf: ({ Key }) => Key,
    encode: ({ Key, Size }) => JSON.stringify({ Key, Size })
  }),
  putRoute<DagPut>({
    name: 'dagPut',
    path: '/api/v0/dag/put',
    type: 'DagPut',
    target: withoutPin,
    cidOf: ({ Cid }) => Cid['/'],
    encode: ({ Cid }) => JSON.stringify({ Cid })
  })
]

/** Whether a request for one of these routes is for the node alone. */
export function isPlainPut({ name }: Route<ProxyContext>, query: ReadonlyMap<string, string>): boolean {
  return putRoutes.some((route) => route.name === name) && query.get('pin') !== 'true'
}

function putRoute<T>(command: PutCommand<T>): Route<ProxyContext> {
  return proxyRoute({
    name: command.name,
    method: 'POST',
    path: command.path,
    summary: 'Stores in the IPFS node, and pins in the cluster',
    query: { pinned },
    body: { contentType: 'multipart/form-data', doc: 'What to store, one part each' },
    answers: [{ status: 200, doc: 'An object on each line', type: command.type, form: 'lines' }],
    errors: { 500: 'The node could not do it; the message says why' },
    handle: (context, _values, request) => put(context, command, request)
  })
}

async function put<T>(context: ProxyContext, command: PutCommand<T>, request: HttpRequest): Promise<Answer> {
  const { node } = context
  const { raw, signal } = request
  let answer: NodeAnswer
  try {
    answer = await node.ask(raw, command.target(raw.url ?? command.path), { signal })
  } catch (err) {
    return failure(proxyErrorBody, 500, node.reasonOf(err))
  }
  if (answer.status !== 200) {
    return { kind: 'document', status: answer.status, body: await smallText(answer.body) }
  }
  return { kind: 'lines', status: 200, eager: true, lines: pinEach(context, command, answer, signal) }
}

/** What could not be pinned is in the node all the same, and so is told as the others are. */
async function* pinEach<T>(
  { cluster }: ProxyContext,
  { cidOf, encode }: PutCommand<T>,
  { body }: NodeAnswer,
  signal: AbortSignal
): AsyncGenerator<string, void, undefined> {
  const failures = new ToldFailures()
  for await (const object of objectsIn<T>(body)) {
    try {
      await cluster.pin(parseCid(cidOf(object)), defaultPinOptions(), { signal })
    } catch (err) {
      signal.throwIfAborted()
      failures.add(messageOf(err))
    }
    yield `${encode(object)}\n`
  }
  failures.throwEach()
}

/** Pinned in the node alone it would outlive its pin in the cluster. */
function withoutPin(target: string): string {
  const url = new URL(target, 'http://ipfs')
  url.searchParams.set('pin', 'false')
  return url.pathname + url.search
}
