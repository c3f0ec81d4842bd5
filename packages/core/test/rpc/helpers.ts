import { ClusterError } from '@ipfs-cluster/api'
import type { PeerId } from '@ipfs-cluster/api'
import { msgpack } from '../../src/codec/index.ts'
import type {
  MethodName,
  RpcClient,
  RpcClientInit,
  RpcMethod,
  RpcServer,
  RpcServerInit,
  ServedService
} from '../../src/rpc/index.ts'
import {
  defineService,
  RPC_PROTOCOL,
  rpcClient,
  rpcServer,
  serve,
  SERVICES,
  streaming,
  unary
} from '../../src/rpc/index.ts'
import type { MemoryStream } from '../helpers/memory-streams.ts'
import { MemoryNetwork } from '../helpers/memory-streams.ts'
import { memoryLogger } from '../cluster/fakes.ts'
import { collect, OTHER_PEER, PEER } from '../pintracker/fakes.ts'

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
export const toHex = (...chunks: Uint8Array[]): string => Buffer.concat(chunks).toString('hex')

/** One entry of `gorpc_frames.json`. */
export interface FrameVector {
  name: string
  extra: {
    client_events: { event: string; hex?: string }[]
    request_hex: string
    response_hex: string
    streaming: boolean
    client_error?: string
  }
}

/** A raw exchange of `gorpc_edge.json`. */
export interface EdgeVector {
  name: string
  extra: {
    half_close_after_request: boolean
    request_chunks_hex: string[]
    response_hex: string
    stream_end: string
  }
}

/** The values that a recorded stream is made of. */
export function valuesOf(hex: string): Uint8Array[] {
  const framer = new msgpack.MsgpackFramer()
  framer.push(fromHex(hex))
  const values: Uint8Array[] = []
  for (let value = framer.next(); value !== undefined; value = framer.next()) values.push(value)
  if (framer.pending > 0) throw new Error('the vector is cut short')
  return values
}

/** A service that only a test of the Go release has. */
export const IPFSConnectorFailing = defineService('IPFSConnectorFailing', {
  BlockStream: streaming(msgpack.blockMsgpack, msgpack.empty, 'open')
})

/** The service behind `gorpc_edge.json`: `Do` answers after a while, `St` doubles each text. */
export const Slow = defineService('Slow', {
  Do: unary(msgpack.text, msgpack.text, 'open'),
  St: streaming(msgpack.text, msgpack.text, 'open')
})

export const ALL_METHODS: readonly RpcMethod[] = [...Object.values(SERVICES), IPFSConnectorFailing].flatMap((service) =>
  Object.values(service as Record<string, RpcMethod>)
)

export function methodOf({ service, method }: MethodName): RpcMethod {
  const found = ALL_METHODS.find((each) => each.service === service && each.method === method)
  if (found === undefined) throw new Error(`no method ${service}.${method}`)
  return found
}

/** Two peers in this process: `PEER` serves, `OTHER_PEER` calls. */
export class TwoPeers {
  readonly network = new MemoryNetwork()
  readonly server: RpcServer
  readonly client: RpcClient
  readonly lines: string[]
  isTrusted = true

  constructor(services: ServedService[], options: { server?: RpcServerInit; client?: RpcClientInit } = {}) {
    const { logger, lines } = memoryLogger()
    this.lines = lines
    this.server = rpcServer(options.server)({
      logger,
      network: this.network.of(PEER),
      services,
      isTrusted: () => this.isTrusted
    })
    this.client = rpcClient(options.client)({ peerId: OTHER_PEER, network: this.network.of(OTHER_PEER) })
  }

  async start(): Promise<this> {
    await this.server.start()
    return this
  }

  /** A stream to the server, for what no client of ours sends. */
  async open(caller: PeerId = OTHER_PEER): Promise<MemoryStream> {
    return this.network.of(caller).open(PEER, RPC_PROTOCOL)
  }

  async stop(): Promise<void> {
    await this.server.stop()
  }
}

/** A client whose network gives it this one stream. */
export function clientOn(stream: MemoryStream): RpcClient {
  return rpcClient()({
    peerId: OTHER_PEER,
    network: {
      open: async () => stream,
      handle: () => Promise.reject(new ClusterError('ERR_INTERNAL', 'nobody serves here'))
    }
  })
}

/** What is read until the stream ends, in hex. */
export async function readAll(stream: MemoryStream): Promise<string> {
  return toHex(...(await collect(stream)))
}

/** The Slow service of a Go test peer. */
export function slowService(milliseconds = 5): ServedService {
  return serve(Slow, {
    Do: (_, { signal }) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => resolve('done'), milliseconds)
        signal.addEventListener('abort', () => {
          clearTimeout(timer)
          reject(signal.reason as Error)
        })
      }),
    async *St(args) {
      for await (const arg of args) yield arg + arg
    }
  })
}
