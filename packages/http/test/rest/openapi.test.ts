import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Validator } from '@seriousme/openapi-schema-validator'
import { emptyPin, Time } from '@ipfs-cluster/api'
import { CID } from 'multiformats/cid'
import { EventFeed, restRoutes } from '../../src/index.ts'
import { PEER } from '../fake-cluster.ts'
import { serve } from '../serve.ts'
import type { Served } from '../serve.ts'
import { DescribedApi, HELLO } from './described-api.ts'
import type { ApiDocument, Operation } from './described-api.ts'

let served: Served
let api: DescribedApi
let document: ApiDocument
let operations: readonly Operation[]

beforeAll(async () => {
  served = await serve()
  api = await DescribedApi.read((request) => served.ask(request))
  document = api.document
  operations = api.operations
  served.cluster.put(emptyPin(CID.parse(HELLO)))
  const metric = { name: 'ping', peer: PEER, value: '{}', expire: 1n, valid: true, weight: 0n, partitionable: false }
  served.cluster.metricList = [{ ...metric, receivedAt: 1n }]
  served.cluster.alertList = [{ ...metric, receivedAt: 1n, triggeredAt: Time.parse('2026-01-02T03:04:05Z') }]
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
})

describe('the description of the API', () => {
  it('is OpenAPI 3.1', async () => {
    const result = await new Validator().validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>)
    expect(result.errors ?? []).toEqual([])
    expect(result.valid).toBe(true)
    expect(document.openapi).toBe('3.1.0')
  })

  it('has every route', () => {
    const routes = restRoutes(new EventFeed(served.cluster)).map(({ name }) => name)
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual([...routes, 'health', 'token'].sort())
  })

  it('has the shape of every document that it names', () => {
    const text = JSON.stringify(document)
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components).toHaveProperty(`schemas.${name}`)
    }
  })
})

describe('every route', () => {
  it('answers anything as is described, and the peer lives on', async () => {
    // What has no end, and what asks another host to be asked, is for other tests.
    const asked = operations.filter(({ operationId }) => operationId !== 'events')
    for (const operation of asked) await api.tryOut(operation, { runs: 25, mayFail: false })
    expect((await served.ask({ path: '/version' })).status).toBe(200)
  }, 120_000)

  it('refuses without credentials, but for those that are open', async () => {
    await using closed = await serve({ basicAuthCredentials: { alice: 'secret' } })
    for (const { method, path, responses, operationId } of operations) {
      const { status } = await closed.ask({ method, path: path.replace(/\{\w+\}/g, 'x') })
      expect([operationId, status]).toEqual([operationId, operationId === 'health' ? 204 : 401])
      expect([operationId, '401' in responses]).toEqual([operationId, operationId !== 'health'])
    }
  })
})
