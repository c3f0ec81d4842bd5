import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigError } from '../../src/config/errors.ts'
import { fetchSource } from '../../src/config/source.ts'

const CONFIGURATION = '{"cluster": {}}'
const ANSWERS: Record<string, [status: number, body: string, location?: string]> = {
  '/service.json': [200, CONFIGURATION],
  '/moved': [301, 'moved', '/moved-again'],
  '/moved-again': [302, '', '/service.json'],
  '/circle': [302, '', '/circle'],
  '/to-a-file': [302, '', 'file:///etc/hostname'],
  '/nowhere': [302, ''],
  '/gone': [404, 'not here'],
  '/angry': [500, `\u001b[31m${'x'.repeat(5000)}`],
  '/html': [200, '<!doctype html>'],
  '/text': [200, '"text"'],
  '/refers': [200, '{"source": "http://127.0.0.1/service.json"}'],
  '/large': [200, ' '.repeat(5 * 1024 * 1024)]
}

let server: Server
let base: string

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    const [status, body, location] = ANSWERS[url] ?? [500, '']
    response.writeHead(status, location === undefined ? {} : { location }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

describe('a configuration that is fetched', () => {
  it.each(['/service.json', '/moved'])('comes from %s', async (path) => {
    expect(await fetchSource(base + path)).toBe(CONFIGURATION)
  })

  it.each([
    ['/gone', /^unsuccessful request \(404\): not here$/],
    ['/angry', /^unsuccessful request \(500\):  \[31mx{500,1000}$/],
    ['/nowhere', /^unsuccessful request \(302\): $/],
    ['/refers', /^a sourced configuration cannot point to another source$/],
    ['/circle', /^could not fetch configuration from source: .*\/circle$/],
    ['/to-a-file', /^could not fetch configuration from source: .*\/to-a-file$/],
    ['/large', /^could not fetch configuration from source: .*\/large$/],
    ['/html', /is not valid JSON/],
    ['/text', /^json: cannot unmarshal string/]
  ])('is refused when %s is what there is, which is named', async (path, message) => {
    const error = await failureOf(base + path)
    expect(error.message).toMatch(message)
    expect(error.hint).toContain(base + path)
  })

  it('says why it could not be had', async () => {
    expect((await failureOf(`${base}/circle`)).hint).toMatch(/^source is .*\/circle \(.*redirect/i)
    expect((await failureOf(`${base}/large`)).hint).toMatch(/\/large \(more than 4194304 bytes\)$/)
    expect((await failureOf('http://127.0.0.1:1/x')).hint).toMatch(/\(.*ECONNREFUSED.*\)$/)
  })
})

async function failureOf(url: string): Promise<ConfigError> {
  const error: unknown = await fetchSource(url).catch((err: unknown) => err)
  if (error instanceof ConfigError) return error
  throw new Error('it was taken', { cause: error })
}
