import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { KUBO_VERSION } from '../defaults.ts'
import { KuboError, messageOf } from '../errors.ts'
import { drainBody } from '../http/drain-body.ts'
import { streamingServer } from '../http/listen.ts'
import type { NodeParts } from '../parts.ts'
import { COMMANDS } from './commands/index.ts'
import type { Command, RpcContext } from './context.ts'
import { cidEncoder, GLOBAL_OPTIONS, parseTimeout } from './context.ts'
import { isForeign, localOrigins } from './guard.ts'
import { boundaryOf, readParts } from './multipart.ts'
import { Options } from './options.ts'
import { Reply } from './reply.ts'

const PREFIX = '/api/v0/'

/** The RPC of Kubo over the parts of a node. It is to listen where only trusted programs reach it. */
export function rpcServer(node: NodeParts): FastifyInstance {
  const app = streamingServer()
  let origins: ReadonlySet<string> = new Set()
  app.addHook('onListen', (done) => {
    const address = app.server.address()
    origins = localOrigins(typeof address === 'object' ? (address?.port ?? 0) : 0)
    done()
  })
  app.all(`${PREFIX}*`, async (request, reply) => {
    reply.hijack()
    await handle(node, request.raw, reply.raw, origins)
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n')
  )
  return app
}

async function handle(
  node: NodeParts,
  request: IncomingMessage,
  response: ServerResponse,
  origins: ReadonlySet<string>
): Promise<void> {
  response.setHeader('Server', `kubo/${KUBO_VERSION}`)
  const { origin } = request.headers
  if (origin !== undefined && origins.has(origin)) response.setHeader('Access-Control-Allow-Origin', origin)
  if (request.method === 'OPTIONS') {
    response.writeHead(204, {
      Allow: 'OPTIONS, POST',
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': 'Origin, Accept, Content-Type, X-Requested-With'
    })
    response.end()
    return
  }
  if (request.method === 'POST' && !isForeign(request, origins)) {
    await runCommand(node, request, response)
    return
  }
  if (request.method === 'POST') refuse(response, 403, '403 - Forbidden')
  else refuse(response, 405, '405 - Method Not Allowed', { Allow: 'OPTIONS, POST' })
  await drainBody(request)
}

async function runCommand(node: NodeParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A command that fails leaves the rest unread, and its answer still needs the connection.
  const body = request.iterator({ destroyOnReturn: false })
  let leaving: Promise<void> | undefined
  const leave = async (): Promise<void> => (leaving ??= leaveBody(request, body))
  await answer(node, { request, body }, response, new Reply(response, leave))
  await leave()
}

async function answer(
  node: NodeParts,
  input: { request: IncomingMessage; body: AsyncIterable<Uint8Array> },
  response: ServerResponse,
  reply: Reply
): Promise<void> {
  const url = new URL(input.request.url ?? '/', 'http://localhost')
  const command = findCommand(url)
  if (command === undefined) {
    refuse(response, 404, '404 page not found')
    return
  }
  const gone = new AbortController()
  response.once('close', () => gone.abort(new KuboError('context canceled')))
  let context: RpcContext
  try {
    context = makeContext(node, command, input, url.searchParams, reply, gone.signal)
  } catch (err) {
    refuse(response, 400, messageOf(err))
    return
  }
  try {
    await command.run(context)
    await reply.end()
  } catch (err) {
    await reply.fail(isTimeout(context.signal) ? new KuboError('context deadline exceeded') : err)
  }
}

/** The command of a URL. What follows its name in the path is its first argument: `cat/CID` is `cat?arg=CID`. */
function findCommand(url: URL): Command | undefined {
  const path = url.pathname.slice(PREFIX.length).replace(/\/$/, '')
  if (Object.hasOwn(COMMANDS, path)) return COMMANDS[path]
  const slash = path.lastIndexOf('/')
  const parent = path.slice(0, Math.max(0, slash))
  if (!Object.hasOwn(COMMANDS, parent)) return undefined
  const args = url.searchParams.getAll('arg')
  url.searchParams.delete('arg')
  for (const arg of [decodeURIComponent(path.slice(slash + 1)), ...args]) url.searchParams.append('arg', arg)
  return COMMANDS[parent]
}

function makeContext(
  node: NodeParts,
  command: Command,
  { request, body }: { request: IncomingMessage; body: AsyncIterable<Uint8Array> },
  query: URLSearchParams,
  reply: Reply,
  gone: AbortSignal
): RpcContext {
  const options = new Options(query, { ...GLOBAL_OPTIONS, ...command.options })
  const args = query.getAll('arg')
  const { name, min, max } = command.args ?? { name: '', min: 0, max: 0 }
  if (args.length < min) throw new KuboError(`argument "${name}" is required`)
  const boundary = boundaryOf(request.headers['content-type'])
  if (command.file !== undefined && boundary === undefined) {
    throw new KuboError(`file argument '${command.file}' is required`)
  }
  const timeout = options.string('timeout') ?? ''
  const signal = timeout === '' ? gone : AbortSignal.any([gone, AbortSignal.timeout(parseTimeout(timeout))])
  return {
    node,
    args: args.slice(0, max),
    options,
    files: () => (boundary === undefined ? noFiles() : readParts(body, boundary)),
    reply,
    signal,
    read: { signal, offline: options.bool('offline') === true },
    encode: cidEncoder(options)
  }
}

/** Throws the rest of a body away, of which its reader may have left off anywhere. */
async function leaveBody(request: IncomingMessage, body: AsyncIterator<Uint8Array>): Promise<void> {
  // As long as it has a reader the request gives its bytes to nobody else. A reader that waits for more ends with that.
  body.return?.().catch(() => {})
  await drainBody(request)
}

async function* noFiles(): AsyncGenerator<never> {}

function isTimeout({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof DOMException && reason.name === 'TimeoutError'
}

function refuse(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    ...headers
  })
  response.end(`${text}\n`)
}
