import { multiaddr } from '@multiformats/multiaddr'
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { codeOf, messageOf, StartError } from '../errors.ts'

/** How long a stopping server waits for answers under way. */
const CLOSE_GRACE_MS = 1000

/** A server without any parsing of bodies: handlers read the request as it arrives. */
export function streamingServer(): FastifyInstance {
  const app = fastify({
    logger: false,
    // A request may name hundreds of CIDs.
    http: { maxHeaderSize: 1 << 20 },
    // Uploads and pins may take as long as they take.
    requestTimeout: 0,
    connectionTimeout: 0,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 8192 }
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  return app
}

/** Listens at a multiaddr such as `/ip4/127.0.0.1/tcp/5001`; port 0 takes any free one. @returns the port */
export async function listen(app: FastifyInstance, address: string, flag: string): Promise<number> {
  const { host, port } = hostAndPort(address, flag)
  try {
    await app.listen({ host, port })
  } catch (err) {
    if (codeOf(err) === 'EADDRINUSE') {
      throw new StartError(`${address}: address in use by another program. Choose another with ${flag}`, { cause: err })
    }
    throw new StartError(`cannot listen on ${address}: ${messageOf(err)}. Choose another address with ${flag}`, {
      cause: err
    })
  }
  const bound = app.server.address()
  return bound === null || typeof bound === 'string' ? port : bound.port
}

/** Closes a server. Answers under way get a moment to end and are cut off then. */
export async function closeServer(app: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS)
  try {
    await app.close()
  } finally {
    clearTimeout(timer)
  }
}

/** The address with the port that was taken in place of the one that was asked for. */
export function withPort(address: string, port: number): string {
  return address.replace(/\/tcp\/\d+/, `/tcp/${port}`)
}

function hostAndPort(address: string, flag: string): { host: string; port: number } {
  try {
    const [host, tcp] = multiaddr(address).getComponents()
    const port = Number(tcp?.value)
    if (host?.value !== undefined && /^(ip4|ip6|dns4|dns6|dns)$/.test(host.name) && tcp?.name === 'tcp') {
      return { host: host.value, port }
    }
  } catch {
    // The message below says what is wanted.
  }
  throw new StartError(`${flag}: ${JSON.stringify(address)} is not an address such as /ip4/127.0.0.1/tcp/5001`)
}
