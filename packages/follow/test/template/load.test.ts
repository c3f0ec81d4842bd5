import { once } from 'node:events'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { formatServiceConfig } from '@ipfs-cluster/core/config'
import { baseConfig } from '../../src/settings.ts'
import { keepTemplate, loadTemplate } from '../../src/template/load.ts'
import { temporaryFollower } from '../temporary.ts'

const GOOD = formatServiceConfig(baseConfig())

/** A web server that gives one answer. */
async function serve(answer: { status: number; text: string }): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((_, response) => response.writeHead(answer.status).end(answer.text))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, [Symbol.asyncDispose]: close }
}

describe('the published configuration', () => {
  it('is fetched, and kept for its owner alone', async () => {
    await using place = await temporaryFollower()
    await using server = await serve({ status: 200, text: GOOD })
    await mkdir(place.folder.path)
    const template = await loadTemplate(place.folder, server.url)
    expect(template.stale).toBeUndefined()
    await keepTemplate(place.folder, template)
    expect(await readFile(place.folder.template, 'utf8')).toBe(GOOD)
    expect((await stat(place.folder.template)).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['is not there any more', 404, 'missing'],
    ['is not JSON any more', 200, 'nope'],
    ['is for Raft now', 200, JSON.stringify({ ...(JSON.parse(GOOD) as object), consensus: { raft: {} } })],
    ['leads elsewhere', 200, '{"source": "http://127.0.0.1:1/"}']
  ])('is replaced by its copy when it %s', async (_, status, text) => {
    await using place = await temporaryFollower()
    await using server = await serve({ status, text })
    await mkdir(place.folder.path)
    await expect(loadTemplate(place.folder, server.url)).rejects.toMatchObject({ code: 'ERR_CONFIG' })
    await writeFile(place.folder.template, GOOD)
    const template = await loadTemplate(place.folder, server.url)
    expect(template.stale).toMatchObject({ reason: { code: 'ERR_CONFIG' } })
    expect(template.stale?.since.getTime()).toBeGreaterThan(0)
    expect(formatServiceConfig(template.config)).toBe(GOOD)
    // What is kept stays what it was.
    await keepTemplate(place.folder, template)
    expect(await readFile(place.folder.template, 'utf8')).toBe(GOOD)
  })

  it('is replaced by its copy when nobody answers', async () => {
    await using place = await temporaryFollower()
    await mkdir(place.folder.path)
    await writeFile(place.folder.template, GOOD)
    const { stale } = await loadTemplate(place.folder, 'http://127.0.0.1:1/')
    expect(stale?.reason).toMatchObject({ message: expect.stringContaining('could not fetch configuration') })
    await writeFile(place.folder.template, 'damaged')
    await expect(loadTemplate(place.folder, 'http://127.0.0.1:1/')).rejects.toThrow('could not fetch configuration')
  })

  it('may be the service.json of the follower itself', async () => {
    await using place = await temporaryFollower()
    await mkdir(place.folder.path)
    await writeFile(place.folder.service, GOOD)
    expect(formatServiceConfig((await loadTemplate(place.folder, '')).config)).toBe(GOOD)
  })

  it('is not looked for any longer when that is given up', async () => {
    await using place = await temporaryFollower()
    const asked = AbortSignal.abort(new Error('asked to stop'))
    await expect(loadTemplate(place.folder, 'http://127.0.0.1:1/', { signal: asked })).rejects.toThrow('asked to stop')
  })
})
