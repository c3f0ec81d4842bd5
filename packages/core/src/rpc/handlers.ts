import type { PeerId } from '@ipfs-cluster/api'
import type { Declarations, MethodName, RpcMethod, RpcService, Streaming, Unary } from './service.ts'

/** What a handler knows about the call besides its arguments. */
export interface RpcContext {
  /** Who calls: this peer itself, or another one as the connection proves it. */
  readonly caller: PeerId
  /** Aborts when the caller is gone or has given up. */
  readonly signal: AbortSignal
}

export type UnaryHandler<A, R> = (argument: A, context: RpcContext) => Promise<R> | R

/** Arguments are pulled from the network as the handler asks for them, and replies from the handler as they are taken. */
export type StreamingHandler<A, R> = (args: AsyncIterable<A>, context: RpcContext) => AsyncIterable<R>

type HandlerOf<D> =
  D extends Unary<infer A, infer R>
    ? UnaryHandler<A, R>
    : D extends Streaming<infer A, infer R>
      ? StreamingHandler<A, R>
      : never

type ClosedNames<D> = { [K in keyof D]: D[K] extends { policy: 'closed' } ? K : never }[keyof D]

/** A handler for each method; those that nobody may call over the network need none. */
export type RpcHandlers<D extends Declarations> = {
  readonly [K in Exclude<keyof D, ClosedNames<D>>]: HandlerOf<D[K]>
} & { readonly [K in ClosedNames<D>]?: HandlerOf<D[K]> }

/** A method and what answers it. */
export interface Endpoint {
  readonly method: RpcMethod
  /** Absent for a method that is only there to be refused. */
  readonly handler?: UnaryHandler<unknown, unknown> | StreamingHandler<unknown, unknown>
}

/** A service with its handlers. */
export type ServedService = readonly Endpoint[]

/** Joins a service with what answers its methods. */
export function serve<D extends Declarations>(service: RpcService<D>, handlers: RpcHandlers<D>): ServedService {
  const byName = handlers as Readonly<Record<string, Endpoint['handler']>>
  return Object.values(service as Readonly<Record<string, RpcMethod>>).map((method) => {
    const handler = byName[method.method]
    return { method, ...(handler !== undefined && { handler }) }
  })
}

/** Finds methods by name. */
export class Endpoints {
  readonly #services = new Map<string, Map<string, Endpoint>>()

  constructor(services: Iterable<ServedService>) {
    for (const endpoint of [...services].flat()) {
      const { service, method } = endpoint.method
      const methods = this.#services.get(service) ?? new Map<string, Endpoint>()
      this.#services.set(service, methods.set(method, endpoint))
    }
  }

  hasService(service: string): boolean {
    return this.#services.has(service)
  }

  find({ service, method }: MethodName): Endpoint | undefined {
    return this.#services.get(service)?.get(method)
  }
}
