import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { baseConfig, readSettings, writeSettings } from '../src/settings.ts'
import { temporaryFollower } from './temporary.ts'

describe('the service.json of a follower', () => {
  it('is the one of the Go release until an IPFS node is chosen, and that is beside it', async () => {
    await using place = await temporaryFollower()
    await mkdir(place.folder.path)
    await writeSettings(place.folder, { source: 'http://a/b' })
    expect(await readFile(place.folder.service, 'utf8')).toBe('{\n  "source": "http://a/b"\n}')
    expect((await stat(place.folder.service)).mode & 0o777).toBe(0o600)
    expect(await readSettings(place.folder)).toEqual({ source: 'http://a/b' })

    const settings = { source: 'http://a/b', ipfsNode: baseConfig().ipfsNode }
    await writeSettings(place.folder, settings)
    expect(await readSettings(place.folder)).toEqual(settings)
    expect(JSON.parse(await readFile(place.folder.service, 'utf8'))).toMatchObject({
      source: 'http://a/b',
      ipfs_node: { enabled: true, api_multiaddress: '/ip4/127.0.0.1/tcp/5001' }
    })
  })

  it.each([
    ['is not there', undefined, 'no such file or directory'],
    ['is no JSON', '{nope', 'service.json: '],
    ['is no object', '[]', 'is no JSON object'],
    ['names an address that is none', '{"source": "a", "ipfs_node": {"api_multiaddress": "x"}}', 'ipfs_node']
  ])('is refused when it %s', async (_, text, reason) => {
    await using place = await temporaryFollower()
    await mkdir(place.folder.path)
    if (text !== undefined) await writeFile(place.folder.service, text)
    await expect(readSettings(place.folder)).rejects.toThrow(reason)
  })
})
