import { nullLogger } from '@ipfs-cluster/core/util'
import { restApi } from '../src/index.ts'
import type { RestApi, RestApiInit } from '../src/index.ts'
import { FakeCluster } from './fake-cluster.ts'
import { send, targetOf } from './raw-client.ts'
import type { RawAnswer, RawRequest, Target } from './raw-client.ts'

/** A REST API over a fake cluster, and a way to ask it. */
export interface Served extends AsyncDisposable {
  api: RestApi
  cluster: FakeCluster
  target: Target
  ask(request: RawRequest): Promise<RawAnswer>
}

export async function serve(init: Partial<RestApiInit> = {}): Promise<Served> {
  const cluster = new FakeCluster()
  const api = restApi({ httpListenMultiaddress: ['/ip4/127.0.0.1/tcp/0'], ...init })({ cluster, logger: nullLogger })
  await api.start()
  const target = targetOf(api.addresses[0]!)
  return { api, cluster, target, ask: (request) => send(target, request), [Symbol.asyncDispose]: () => api.stop() }
}

/** Waits until something is so. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`never happened: ${condition.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
