import { afterAll, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './harness/folder.ts'
import { describeWithGo } from './harness/go.ts'
import { Namespace } from './harness/namespace.ts'
import { OUR_BINS } from './harness/peer.ts'
import type { Outcome } from './harness/process.ts'
import { runProgram } from './harness/process.ts'

const KINDS = [
  ['--datastore', 'leveldb'],
  ['--datastore', 'pebble'],
  ['--datastore', 'badger'],
  ['--datastore', 'badger3'],
  ['--consensus', 'raft']
] as const

describeWithGo('the configuration of a peer', (goBins) => {
  const folder = temporaryFolder()
  let namespace: Namespace

  afterAll(async () => {
    await namespace[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  async function service(bins: string, place: string, ...words: string[]): Promise<Outcome> {
    namespace ??= await Namespace.open()
    return await runProgram(join(bins, 'ipfs-cluster-service'), ['-c', place, ...words], {
      env: { HOME: folder.path },
      prefix: namespace.prefix
    })
  }

  const textOf = (place: string): string => readFileSync(join(place, 'service.json'), 'utf8')

  it.each(KINDS)('made by the Go release is read without a notice, and written as it was: %s %s', async (...words) => {
    const place = join(folder.path, `go-${words[1]}`)
    expect((await service(goBins, place, 'init', ...words)).code).toBe(0)
    expect(await service(OUR_BINS, place, 'config', 'validate')).toMatchObject({
      code: 0,
      stdout: `${join(place, 'service.json')} is valid\n`
    })
    expect((await service(OUR_BINS, place, 'config', 'show', '--secrets')).stdout).toBe(`${textOf(place)}\n`)
  })

  it.each([...KINDS, ['--embedded-ipfs', '--randomports']])(
    'made here is taken by the Go release: %s %s',
    async (...words) => {
      const place = join(folder.path, `ours${words.join('')}`)
      expect((await service(OUR_BINS, place, 'init', ...words)).code).toBe(0)
      const { code, stdout, stderr } = await service(goBins, place, 'state', 'export')
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
      expect(stderr).toContain('state successfully exported')
    }
  )
})
