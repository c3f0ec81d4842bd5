import type { msgpack } from '../codec/index.ts'

/**
 * Who may call a method over the network: anyone who has the cluster's secret, peers that the consensus trusts, or
 * nobody. A peer may call every method of its own.
 */
export type RpcPolicy = 'open' | 'trusted' | 'closed'

/** A method with one argument and one reply. */
export interface Unary<A, R, P extends RpcPolicy = RpcPolicy> {
  readonly kind: 'unary'
  readonly argument: msgpack.MsgpackCodec<A>
  readonly reply: msgpack.MsgpackCodec<R>
  readonly policy: P
}

/** A method with any number of arguments and any number of replies. */
export interface Streaming<A, R, P extends RpcPolicy = RpcPolicy> {
  readonly kind: 'streaming'
  readonly argument: msgpack.MsgpackCodec<A>
  readonly reply: msgpack.MsgpackCodec<R>
  readonly policy: P
}

export type Declaration = Unary<unknown, unknown> | Streaming<unknown, unknown>
export type Declarations = Readonly<Record<string, Declaration>>

/** The place of a method on the wire. */
export interface MethodName {
  readonly service: string
  readonly method: string
}

export type UnaryMethod<A, R> = Unary<A, R> & MethodName
export type StreamingMethod<A, R> = Streaming<A, R> & MethodName
export type RpcMethod = Declaration & MethodName

/** The methods of a service by name. */
export type RpcService<D extends Declarations> = { readonly [K in keyof D]: D[K] & MethodName }

export function unary<A, R, P extends RpcPolicy>(
  argument: msgpack.MsgpackCodec<A>,
  reply: msgpack.MsgpackCodec<R>,
  policy: P
): Unary<A, R, P> {
  return { kind: 'unary', argument, reply, policy }
}

export function streaming<A, R, P extends RpcPolicy>(
  argument: msgpack.MsgpackCodec<A>,
  reply: msgpack.MsgpackCodec<R>,
  policy: P
): Streaming<A, R, P> {
  return { kind: 'streaming', argument, reply, policy }
}

/**
 * Declares a service. The client calls its methods, the server serves them, and both have types, codecs and policy from
 * this one place.
 *
 * @example
 * const Clock = defineService('Clock', { Now: unary(msgpack.empty, msgpack.time, 'open') })
 * const now = await client.call(peer, Clock.Now, {})
 */
export function defineService<D extends Declarations>(service: string, declarations: D): RpcService<D> {
  const methods = Object.entries(declarations).map(([method, each]) => [method, { ...each, service, method }])
  return Object.fromEntries(methods) as RpcService<D>
}
