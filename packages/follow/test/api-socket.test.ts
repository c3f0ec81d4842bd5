import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { clearSocket } from '../src/api-socket.ts'
import { followerFolder } from '../src/folder.ts'
import { temporaryFollower } from './temporary.ts'

describe('the socket of the REST API', () => {
  it('is removed when nobody serves it any more', async () => {
    await using place = await temporaryFollower()
    await mkdir(place.folder.path)
    await clearSocket(place.folder, {})
    await writeFile(place.folder.socket, '')
    await clearSocket(place.folder, {})
    expect(existsSync(place.folder.socket)).toBe(false)
  })

  it('is left to the one who serves it', async () => {
    await using place = await temporaryFollower()
    await mkdir(place.folder.path)
    const server = createServer().listen(place.folder.socket)
    await once(server, 'listening')
    await clearSocket(place.folder, {})
    expect(existsSync(place.folder.socket)).toBe(true)
    server.close()
    await once(server, 'close')
  })

  it('cannot be where the path is too long, unless the API is elsewhere', async () => {
    const folder = followerFolder(join('/', 'a'.repeat(100)), 'friends')
    await expect(clearSocket(folder, {})).rejects.toThrow('has 120 bytes, and the system allows 107')
    await clearSocket(folder, { CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS: '/ip4/127.0.0.1/tcp/1' })
  })
})
