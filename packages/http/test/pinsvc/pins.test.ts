import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ClusterError } from '@ipfs-cluster/api'
import { pinsvcRoutes } from '../../src/index.ts'
import { cidOf, cidTextOf, pinOf, servePinsvc } from './service.ts'
import type { ServedPinsvc } from './service.ts'

const NOW = 1_795_253_828
const ORIGIN = '/ip4/203.0.113.1/tcp/4001/p2p/12D3KooWQ4gyJHKpUJXkaHt6BcyyGz9vuyZ7Ws61ApmaUHX7cTZc'

let served: ServedPinsvc
beforeAll(async () => {
  served = await servePinsvc()
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
})
beforeEach(() => served.cluster.forget())

async function failure(method: string, path: string, body = ''): Promise<{ status: number; error: unknown }> {
  const answer = await served.ask({ method, path, body })
  const { error } = JSON.parse(answer.body) as { error: unknown }
  return { status: answer.status, error }
}

describe('a request to pin', () => {
  it('pins with all that it gives, and shows the pin as queued', async () => {
    const pin = { cid: cidTextOf(1), name: 'first', origins: [ORIGIN], meta: { b: '<2>', a: '1' } }
    const status = await served.post('/pins', pin)
    expect(status).toMatchObject({ requestid: cidTextOf(1), status: 'queued', pin, delegates: [] })
    expect(Object.keys(status)).toEqual(['requestid', 'status', 'created', 'pin', 'delegates', 'info'])
    expect(await served.cluster.state.get(cidOf(1))).toMatchObject({
      name: 'first',
      mode: 'recursive',
      origins: [ORIGIN],
      metadata: { a: '1', b: '<2>' }
    })
  })

  it('gives the time by which the pin is found later', async () => {
    const { created } = await served.post('/pins', { cid: cidTextOf(1) })
    const { body } = await served.ask({ path: `/pins/${cidTextOf(1)}` })
    expect(JSON.parse(body)).toMatchObject({ created, status: 'pinned' })
  })

  it.each([
    ['', 'EOF'],
    ['{"cid":', 'unexpected EOF'],
    ['[]', 'json: cannot unmarshal array into Go value of type pinsvc.Pin'],
    ['"x"', 'json: cannot unmarshal string into Go value of type pinsvc.Pin'],
    ['null', 'cid is missing'],
    ['{"cid":7}', 'json: cannot unmarshal number into Go struct field Pin.cid of type string'],
    ['{"cid":"abc"}', 'invalid cid: selected encoding not supported'],
    [
      `{"cid":"${cidTextOf(1)}","name":true}`,
      'json: cannot unmarshal bool into Go struct field Pin.name of type string'
    ],
    [`{"cid":"${cidTextOf(1)}","name":"${'ä'.repeat(256)}"}`, 'pin name is over 255 chars'],
    [
      `{"cid":"${cidTextOf(1)}","origins":"x"}`,
      'json: cannot unmarshal string into Go struct field Pin.origins of type []string'
    ],
    [`{"cid":"${cidTextOf(1)}","origins":["x"]}`, 'failed to parse multiaddr "x": must begin with /'],
    [`{"cid":"${cidTextOf(1)}","meta":["x"]}`, 'json: cannot unmarshal array into Go value of type map[string]string']
  ])('that is %s is refused', async (body, details) => {
    expect(await failure('POST', '/pins', body)).toEqual({
      status: 400,
      error: { reason: 'BAD_REQUEST', details: `error decoding request body: ${details}` }
    })
    expect(served.cluster.stored.size).toBe(0)
  })

  it('that is too long is refused', async () => {
    const body = JSON.stringify({ cid: cidTextOf(1), meta: { a: 'x'.repeat(70_000) } })
    expect(await failure('POST', '/pins', body)).toMatchObject({ status: 400 })
  })

  it('takes a name of 255 characters, however they are written', async () => {
    const name = 'ä'.repeat(255)
    expect(await served.post('/pins', { cid: cidTextOf(1), name })).toMatchObject({ pin: { name } })
    const escaped = `{"cid":"${cidTextOf(1)}","name":"${'\\u00e4'.repeat(255)}"}`
    expect((await served.ask({ method: 'POST', path: '/pins', body: escaped })).status).toBe(202)
  })
})

describe('replacing a pin', () => {
  const old = { name: 'old', metadata: { app: 'x' }, origins: [ORIGIN], replicationFactorMin: 2 }

  it('keeps what the request does not give, and unpins the old one', async () => {
    served.cluster.put(pinOf(1, NOW, old))
    const status = await served.post(`/pins/${cidTextOf(1)}`, { cid: cidTextOf(2) })
    expect(status).toMatchObject({
      requestid: cidTextOf(2),
      pin: { name: 'old', meta: { app: 'x' }, origins: [ORIGIN] }
    })
    expect([...served.cluster.stored.keys()]).toEqual([cidTextOf(2)])
  })

  it('takes what the request gives', async () => {
    served.cluster.put(pinOf(1, NOW, old))
    const pin = { cid: cidTextOf(2), name: 'new', meta: { app: 'y' }, origins: [] }
    const status = await served.post(`/pins/${cidTextOf(1)}`, pin)
    expect(status.pin).toEqual({ cid: cidTextOf(2), name: 'new', meta: { app: 'y' } })
    expect(await served.cluster.state.get(cidOf(2))).toMatchObject({ replicationFactorMin: 2, pinUpdate: null })
  })

  it('is done once, however many clients ask for it at the same time', async () => {
    served.cluster.put(pinOf(1, NOW, old))
    const answers = await Promise.all(
      [2, 3, 4, 5, 6].map((n) =>
        served.ask({ method: 'POST', path: `/pins/${cidTextOf(1)}`, body: JSON.stringify({ cid: cidTextOf(n) }) })
      )
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 404, 404, 404, 404])
    const { body } = answers.find(({ status }) => status === 202) ?? { body: '{}' }
    // Who was told that there is no such pin has pinned nothing.
    expect([...served.cluster.stored.keys()]).toEqual([(JSON.parse(body) as { requestid: string }).requestid])
  })

  it('by itself changes it, and does not unpin it', async () => {
    served.cluster.put(pinOf(1, NOW, old))
    const status = await served.post(`/pins/${cidTextOf(1)}`, { cid: cidTextOf(1), name: 'same' })
    expect(status.pin).toMatchObject({ cid: cidTextOf(1), name: 'same', meta: { app: 'x' } })
    expect([...served.cluster.stored.keys()]).toEqual([cidTextOf(1)])
  })

  it('that is not there, or is no ID, does nothing', async () => {
    const body = JSON.stringify({ cid: cidTextOf(2) })
    expect(await failure('POST', `/pins/${cidTextOf(1)}`, body)).toEqual({
      status: 404,
      error: { reason: 'NOT_FOUND', details: 'pin is not part of the pinset' }
    })
    expect(await failure('POST', '/pins/abc', body)).toMatchObject({ status: 400, error: { reason: 'BAD_REQUEST' } })
    expect(served.cluster.stored.size).toBe(0)
  })
})

describe('one pin', () => {
  it.each([
    ['pinned', 'pinned'],
    ['pin_queued', 'queued'],
    ['pinning', 'pinning'],
    ['pin_error', 'failed'],
    ['unpin_error', 'failed'],
    ['cluster_error', 'failed'],
    ['unexpectedly_unpinned', 'queued'],
    ['remote', 'queued']
  ] as const)('that is %s on its peers is %s', async (status, word) => {
    served.cluster.put(pinOf(1, NOW))
    served.cluster.statuses.set(cidTextOf(1), status)
    expect(JSON.parse((await served.ask({ path: `/pins/${cidTextOf(1)}` })).body)).toMatchObject({ status: word })
  })

  it('is removed', async () => {
    served.cluster.put(pinOf(1, NOW))
    const answer = await served.ask({ method: 'DELETE', path: `/pins/${cidTextOf(1)}` })
    expect(answer).toMatchObject({ status: 202, body: '', framing: 'content-length' })
    expect(await failure('DELETE', `/pins/${cidTextOf(1)}`)).toMatchObject({ status: 404 })
    expect(await failure('GET', `/pins/${cidTextOf(1)}`)).toEqual({
      status: 404,
      error: { reason: 'NOT_FOUND', details: 'pin not found' }
    })
  })

  it('says by a code and a text why it cannot be pinned', async () => {
    served.cluster.failures.set('pin', new ClusterError('ERR_FOLLOWER_MODE', 'this peer is a follower'))
    expect(await failure('POST', '/pins', JSON.stringify({ cid: cidTextOf(1) }))).toEqual({
      status: 500,
      error: { reason: 'INTERNAL_SERVER_ERROR', details: 'this peer is a follower' }
    })
    expect(await failure('PUT', '/pins')).toEqual({
      status: 405,
      error: { reason: 'METHOD_NOT_ALLOWED', details: 'method not allowed' }
    })
  })
})

it('has the operations of the standard', () => {
  expect(pinsvcRoutes.map(({ name, method, path }) => `${name}: ${method} ${path}`)).toEqual([
    'getPins: GET /pins',
    'addPin: POST /pins',
    'getPinByRequestId: GET /pins/{requestid}',
    'replacePinByRequestId: POST /pins/{requestid}',
    'deletePinByRequestId: DELETE /pins/{requestid}'
  ])
})
