import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { cannedPeer } from './canned-peer.ts'
import { run } from './run.ts'

const CID = 'QmVGesKuD2wD5rZoYqnsT8d2UYefxgZ47ubWtT8gwgs1Gm'
/** Nobody listens there: it needs rights to do so. */
const CLOSED = '/ip4/127.0.0.1/tcp/1'

describe('a peer that cannot be reached', () => {
  it('is told on standard output, with a hint besides', async () => {
    expect(await run(['--host', CLOSED, 'id'])).toEqual({
      status: 1,
      stdout:
        'An error occurred:\n  Code: 0\n  Message: Get "http://127.0.0.1:1/id": dial tcp 127.0.0.1:1: connect: connection refused\n',
      stderr: 'hint: Check that the daemon runs, and that host and port are those of its REST API.\n'
    })
  })

  it('is told in JSON', async () => {
    const { status, stdout } = await run(['--enc', 'json', '--host', CLOSED, 'pin', 'ls'])
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toEqual({
      code: 0,
      message: 'Get "http://127.0.0.1:1/allocations?filter=all": dial tcp 127.0.0.1:1: connect: connection refused'
    })
  })

  it('prints nothing of an item that it did not get', async () => {
    const { stdout } = await run(['--host', CLOSED, 'status', CID])
    expect(stdout).toMatch(/^An error occurred:\n/)
  })

  it('is the last of those that were tried', async () => {
    const { status, stdout, stderr } = await run(['--debug', '--host', `${CLOSED},/ip4/127.0.0.1/tcp/2`, 'id'])
    expect(status).toBe(1)
    expect(stdout).toContain('127.0.0.1:2: connect')
    expect(stderr).toContain('retries: 2')
  })

  it('stands behind IPv6, or a socket', async () => {
    expect((await run(['--host', '/ip6/::1/tcp/1', 'version'])).stdout).toContain(
      'Get "http://[::1]:1/version": dial tcp [::1]:1: connect: '
    )
    expect((await run(['--host', '/unix/nowhere/api.sock', 'version'])).stdout).toContain(
      'Get "http+unix://restapi/version": dial unix /nowhere/api.sock: connect: no such file or directory'
    )
  })

  it('has a name that nobody knows', async () => {
    const { status, stderr } = await run(['--host', '/dns4/nobody.invalid/tcp/1', 'id'])
    expect(status).toBe(1)
    expect(stderr).toMatch(/^error creating configs: lookup nobody\.invalid: /)
  })
})

describe('a peer that answers badly', () => {
  it('refuses', async () => {
    const document = { code: 401, message: 'unauthorized: no auth provided' }
    await using peer = await cannedPeer(() => ({ document, status: 401 }))
    for (const command of [['id'], ['pin', 'ls'], ['status', CID]]) {
      const { status, stdout, stderr } = await run(['--host', peer.host, ...command])
      expect(status).toBe(2)
      expect(stdout).toBe('An error occurred:\n  Code: 401\n  Message: unauthorized: no auth provided\n')
      expect(stderr).toContain('--basic-auth')
    }
  })

  it.each([
    ['pin is not part of the pinset', 404, /pin ls/],
    ['not enough peers to allocate CID. Needed at least: 9.', 500, /--replication-min/],
    ['cluster.replication_factor_min is larger than max', 500, /minimum/],
    ['cannot repin a CID which is already pinned in recursive mode', 500, /Unpin/]
  ])('says what to do about %s', async (message, code, next) => {
    await using peer = await cannedPeer(() => ({ document: { code, message }, status: code }))
    const { status, stdout, stderr } = await run(['--host', peer.host, 'pin', 'add', CID])
    expect(status).toBe(2)
    expect(stdout).toBe(`An error occurred:\n  Code: ${code}\n  Message: ${message}\n`)
    expect(stderr).toMatch(/^hint: .*\n$/)
    expect(stderr).toMatch(next)
  })

  it('ends an add with an error: says what has been stored, and how to go on', async () => {
    await using peer = await cannedPeer(() => ({ stream: [{ cid: CID, name: 'one', size: 1 }], error: 'disk is full' }))
    const { status, stdout, stderr } = await run(['--host', peer.host, 'add', import.meta.filename])
    expect(status).toBe(2)
    expect(stdout).toBe(`added ${CID} one\nAn error occurred:\n  Code: 500\n  Message: disk is full\n`)
    expect(stderr).toMatch(
      /^hint: Stored so far: 1, the last "one"; nothing was pinned\. When the cause is mended, add the/
    )
  })

  it('is another server', async () => {
    await using peer = await cannedPeer(() => (_, response) => response.writeHead(404).end('404 page not found\n'))
    const { status, stdout } = await run(['--host', peer.host, 'id'])
    expect(status).toBe(2)
    expect(stdout).toBe('An error occurred:\n  Code: 404\n  Message: 404 page not found\n\n')
  })

  it('breaks off a stream with an error', async () => {
    await using peer = await cannedPeer(() => ({ stream: [{ cid: CID, name: 'one' }], error: 'it broke' }))
    const { status, stdout } = await run(['--host', peer.host, 'status'])
    expect(status).toBe(2)
    expect(stdout).toBe(`${CID} | one:\nAn error occurred:\n  Code: 500\n  Message: it broke\n`)
  })

  it('breaks off a stream without a word', async () => {
    await using peer = await cannedPeer(() => (_, response) => {
      response.write(`{"cid":"${CID}"}\n{"cid":`, () => response.destroy())
    })
    const { status, stdout, stderr } = await run(['--host', peer.host, 'status'])
    expect(status).toBe(1)
    expect(stdout).toBe(`${CID}:\n`)
    expect(stderr).toBe('error : unexpected EOF\n')
  })

  it('sends no JSON', async () => {
    await using peer = await cannedPeer(() => (_, response) => response.end('<html>'))
    expect(await run(['--host', peer.host, 'id'])).toMatchObject({
      status: 2,
      stdout: 'An error occurred:\n  Code: 200\n  Message: invalid character "<" looking for beginning of value\n'
    })
    expect(await run(['--host', peer.host, 'pin', 'ls'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr: 'error : invalid character "<" looking for beginning of value\n'
    })
  })

  it('takes too long', async () => {
    await using peer = await cannedPeer(() => () => undefined)
    const { status, stdout } = await run(['--host', peer.host, '--timeout', '1', 'id'])
    expect(status).toBe(1)
    expect(stdout).toBe(
      `An error occurred:\n  Code: 0\n  Message: Get "http://127.0.0.1:${peer.port}/id": context deadline exceeded\n`
    )
  })

  it('speaks no TLS', async () => {
    await using peer = await cannedPeer(() => ({ document: {} }))
    const { status, stdout } = await run(['--basic-auth', 'u:p', '--host', peer.host, 'id'])
    expect(status).toBe(1)
    expect(stdout).toContain(
      `Get "https://127.0.0.1:${peer.port}/id": http: server gave HTTP response to HTTPS client\n`
    )
  })

  it('speaks no HTTP', async () => {
    const sockets: Socket[] = []
    const server = createServer(
      (socket) => sockets.push(socket.on('error', () => undefined)) && socket.end('\u0013noise')
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { status, stdout } = await run(['--host', `/ip4/127.0.0.1/tcp/${port}`, 'id'])
    sockets.forEach((socket) => socket.destroy())
    await new Promise((resolve) => server.close(resolve))
    expect(status).toBe(1)
    expect(stdout).toContain('Code: 0')
  })
})

describe('credentials', () => {
  it('come from the flag, else from the environment', async () => {
    let seen: string | undefined
    await using peer = await cannedPeer(() => (request, response) => {
      seen = request.headers.authorization
      response.end('{}')
    })
    const plain = ['--force-http', '--host', peer.host]
    const env = { CLUSTER_CREDENTIALS: 'env:secret' }
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
    await run([...plain, 'version'], env)
    expect(seen).toBe(basic('env:secret'))
    await run([...plain, '--basic-auth', 'flag:a:b', 'version'], env)
    expect(seen).toBe(basic('flag:a:b'))
    await run([...plain, '--basic-auth', 'user', 'version'])
    expect(seen).toBe(basic('user:'))
    await run([...plain, 'version'])
    expect(seen).toBeUndefined()
  })

  it('are not in the log', async () => {
    await using peer = await cannedPeer(() => ({ document: {} }))
    const { stderr } = await run(['--debug', '-f', '--basic-auth', 'user:pass', '--host', peer.host, 'id'])
    expect(stderr).toContain(`GET: http://127.0.0.1:${peer.port}/id`)
    expect(stderr).not.toContain('pass')
  })
})

describe('a host over libp2p', () => {
  it('that does not answer', async () => {
    const id = '12D3KooWKmHBwzDQUeKJhWjDEuDmvwCApkFrFRLWRuqmCCPT2eSG'
    const { status, stdout } = await run(['--https', '--host', `/ip4/127.0.0.1/tcp/1/p2p/${id}`, 'id'])
    expect(status).toBe(1)
    expect(stdout).toMatch(
      /^An error occurred:\n {2}Code: 0\n {2}Message: Get "libp2p:\/\/12D3\w+\/id": failed to dial /
    )
    expect(stdout).toContain('connection refused')
  })
})

describe('hosts', () => {
  const PEER = '12D3KooWKmHBwzDQUeKJhWjDEuDmvwCApkFrFRLWRuqmCCPT2eSG'

  it.each([
    [['--host', `/p2p/${PEER}`, 'id'], /^error creating API client: APIAddr only includes a Peer ID\n/],
    [['--host', `/ip4/1.1.1.1/tcp/1/p2p/${PEER}`, '--secret', 'abcd', 'id'], /length of ProtectorKey should be 32\n/],
    [['--secret', 'zz', 'id'], /^error parsing secret: encoding\/hex: invalid byte: U\+007A 'z'\n/],
    [['--secret', 'abc', 'id'], /^error parsing secret: encoding\/hex: odd length hex string\n/],
    [['--host', '/ip4/1.2.3/tcp/1', 'id'], /^error parsing host multiaddress: failed to parse multiaddr/]
  ])('%j', async (argv, complaint) => {
    const { status, stdout, stderr } = await run(argv)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(complaint)
  })
})
