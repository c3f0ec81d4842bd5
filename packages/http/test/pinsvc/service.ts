import { createHash } from 'node:crypto'
import { cidToText, emptyPin, Time } from '@ipfs-cluster/api'
import type { Pin } from '@ipfs-cluster/api'
import { nullLogger } from '@ipfs-cluster/core/util'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { pinsvcApi } from '../../src/index.ts'
import { FakeCluster } from '../fake-cluster.ts'
import { send, targetOf } from '../raw-client.ts'
import type { RawAnswer, RawRequest } from '../raw-client.ts'

/** The documents of the service, as a client sees them. */
export interface Status {
  requestid: string
  status: string
  created: string
  pin: { cid: string; name?: string; origins?: string[]; meta?: Record<string, string> }
  delegates: string[]
  info: Record<string, string>
}
export interface Results {
  count: number
  results: Status[]
}

/** A pinning service over a fake cluster, and ways to ask it. */
export interface ServedPinsvc extends AsyncDisposable {
  cluster: FakeCluster
  ask(request: RawRequest): Promise<RawAnswer>
  /** @param query - parameters in the order in which they are sent */
  list(query?: Readonly<Record<string, string>>): Promise<Results>
  post(path: string, body: unknown): Promise<Status>
}

export async function servePinsvc(): Promise<ServedPinsvc> {
  const cluster = new FakeCluster()
  const api = pinsvcApi({ httpListenMultiaddress: ['/ip4/127.0.0.1/tcp/0'] })({ cluster, logger: nullLogger })
  await api.start()
  const target = targetOf(api.addresses[0]!)
  const ask = (request: RawRequest): Promise<RawAnswer> => send(target, request)
  const succeeded = async <T>(request: RawRequest, status: number): Promise<T> => {
    const answer = await ask(request)
    if (answer.status !== status) throw new Error(`${answer.status}: ${answer.body}`)
    return JSON.parse(answer.body) as T
  }
  return {
    cluster,
    ask,
    list: (query = {}) => succeeded({ path: `/pins?${new URLSearchParams(query).toString()}` }, 200),
    post: (path, body) => succeeded({ method: 'POST', path, body: JSON.stringify(body) }, 202),
    [Symbol.asyncDispose]: () => api.stop()
  }
}

/** A CID of its own for each number. */
export function cidOf(n: number): CID {
  return CID.createV1(0x55, Digest.create(0x12, createHash('sha256').update(String(n)).digest()))
}

export function cidTextOf(n: number): string {
  return cidToText(cidOf(n))
}

/** @param seconds - when it was pinned, since the Unix epoch */
export function pinOf(n: number, seconds: number, change: Partial<Pin> = {}): Pin {
  return { ...emptyPin(cidOf(n)), timestamp: new Time(seconds), ...change }
}
