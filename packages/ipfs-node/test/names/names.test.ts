import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, it } from '@jest/globals'
import { createIPNSRecord, marshalIPNSRecord } from 'ipns'
import { base36 } from 'multiformats/bases/base36'
import { dnsText } from '../../src/names/dnslink.ts'
import { readIpnsRecord } from '../../src/names/ipns.ts'
import { Names } from '../../src/names/names.ts'
import { after, startNode, temporaryFolder } from '../helpers.ts'

const CID = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
const HOUR = 3_600_000

function namesOf(
  records: Readonly<Record<string, readonly string[]>>,
  named: Readonly<Record<string, string>> = {}
): Names {
  return new Names({
    lookUpText: async (domain) => [...(records[domain] ?? [])],
    readRecord: async (name) => named[name] ?? Promise.reject(new Error(`no record of ${name}`))
  })
}

describe('names', () => {
  it('lead to content, by way of other names too, and keep the rest of the path', async () => {
    const names = namesOf(
      {
        '_dnslink.a.example': ['something else', `dnslink=/ipfs/${CID}/in`],
        'b.example': ['dnslink=/ipns/a.example/deeper/'],
        'c.example': ['dnslink=/ipns/k51key']
      },
      { k51key: '/ipns/b.example' }
    )
    expect(await names.resolve('/ipns/a.example')).toBe(`/ipfs/${CID}/in`)
    expect(await names.resolve('/ipns/a.example/x/y')).toBe(`/ipfs/${CID}/in/x/y`)
    expect(await names.resolve('/ipns/c.example/x')).toBe(`/ipfs/${CID}/in/deeper/x`)
    expect(await names.resolve(`/ipfs/${CID}/a`)).toBe(`/ipfs/${CID}/a`)
  })

  it('prefer the record that is there for them', async () => {
    const names = namesOf({ '_dnslink.a.b': [`dnslink=/ipfs/${CID}`], 'a.b': ['dnslink=/ipns/elsewhere.example'] })
    expect(await names.resolve('/ipns/a.b.')).toBe(`/ipfs/${CID}`)
  })

  it('may lead nowhere, or in a circle', async () => {
    const names = namesOf({ 'a.b': ['dnslink=/ipns/b.a'], 'b.a': ['dnslink=/ipns/a.b'], 'c.d': ['dnslink=http://a'] })
    await expect(names.resolve('/ipns/a.b')).rejects.toThrow('recursion limit exceeded')
    await expect(names.resolve('/ipns/c.d')).rejects.toThrow('"c.d" is missing a DNSLink record')
    const gone = { signal: AbortSignal.abort(new Error('the client went away')) }
    await expect(names.resolve('/ipns/a.b', gone)).rejects.toThrow('the client went away')
  })
})

describe('an IPNS name', () => {
  it('has the value that is signed with its key, however it is written', async () => {
    const key = await generateKeyPair('Ed25519')
    const peer = peerIdFromPrivateKey(key)
    const record = marshalIPNSRecord(await createIPNSRecord(key, `/ipfs/${CID}`, 1, HOUR))
    const keys = new Set<string>()
    const get = async (at: Uint8Array): Promise<Uint8Array> => {
      keys.add(Buffer.from(at).toString('hex'))
      return record
    }
    for (const name of [peer.toString(), peer.toCID().toString(base36), peer.toCID().toString()]) {
      expect(await readIpnsRecord(name, get)).toBe(`/ipfs/${CID}`)
    }
    expect(keys.size).toBe(1)
  })

  it('has no value that another key signed, or that has expired', async () => {
    const [key, other] = await Promise.all([generateKeyPair('Ed25519'), generateKeyPair('Ed25519')])
    const name = peerIdFromPrivateKey(key).toString()
    const forged = marshalIPNSRecord(await createIPNSRecord(other, `/ipfs/${CID}`, 1, HOUR))
    await expect(readIpnsRecord(name, async () => forged)).rejects.toThrow('could not resolve name')
    const old = marshalIPNSRecord(await createIPNSRecord(key, `/ipfs/${CID}`, 1, -HOUR))
    await expect(readIpnsRecord(name, async () => old)).rejects.toThrow('could not resolve name')
    await expect(readIpnsRecord('k51nonsense', async () => old)).rejects.toThrow('invalid path "/ipns/k51nonsense"')
  })
})

describe('a name server', () => {
  it('is asked for the TXT records of a domain', async () => {
    const lookUp = dnsText([await nameServer({ 'a.example': 'dnslink=/ipfs/abc' })])
    expect(await lookUp('a.example', {})).toEqual(['dnslink=/ipfs/abc'])
    expect(await lookUp('b.example', {})).toEqual([])
  })

  it('is not waited for when nobody waits for the answer', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1')
    await once(silent, 'listening')
    after(async () => silent.close())
    const stop = new AbortController()
    const asking = dnsText([`127.0.0.1:${silent.address().port}`])('a.example', stop)
    silent.once('message', () => stop.abort(new Error('asked to stop')))
    await expect(asking).rejects.toThrow('asked to stop')
  })
})

describe('a node on the public network', () => {
  it('gives by its gateway and its RPC what a domain links to', async () => {
    const repo = await temporaryFolder()
    // A repo that was made for loopback names no public nodes to connect to.
    const first = await startNode({ repo, profile: 'loopback' })
    const { cid } = await first.client.add('hello names')
    await first.node.stop()
    const server = await nameServer({ '_dnslink.hello.example': `dnslink=/ipfs/${cid.toString()}` })
    const { gateway, post } = await startNode({ repo, profile: 'online', dns: [server] })

    const answer = await fetch(`${gateway}/ipns/hello.example`)
    expect([answer.status, await answer.text()]).toEqual([200, 'hello names'])
    expect(answer.headers.get('cache-control')).toBe('public, max-age=60')
    const missing = await fetch(`${gateway}/ipns/other.example`)
    expect([missing.status, await missing.text()]).toEqual([
      400,
      expect.stringContaining('is missing a DNSLink record')
    ])
    const path = { Path: `/ipfs/${cid.toString()}` }
    expect(await (await post('resolve?arg=/ipns/hello.example')).json()).toEqual(path)
    expect(await (await post('name/resolve?arg=hello.example')).json()).toEqual(path)
    expect(await (await post('name/resolve?arg=/ipns/hello.example&offline=true')).json()).toHaveProperty('Message')
  })
})

/** A name server on loopback with TXT records; its address. Gone after the test. */
async function nameServer(records: Readonly<Record<string, string>>): Promise<string> {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => socket.send(answerTo(query, records), port, address))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  after(async () => close(socket))
  return `127.0.0.1:${socket.address().port}`
}

async function close(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => socket.close(() => resolve()))
}

/** The answer to a DNS query for one TXT record (RFC 1035). */
function answerTo(query: Buffer, records: Readonly<Record<string, string>>): Buffer {
  const labels: string[] = []
  let at = 12
  for (; query[at] !== 0; at += 1 + (query[at] ?? 0))
    labels.push(query.toString('latin1', at + 1, at + 1 + (query[at] ?? 0)))
  const question = query.subarray(12, at + 5)
  const text = records[labels.join('.').toLowerCase()]
  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(text === undefined ? 0x8183 : 0x8180, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(text === undefined ? 0 : 1, 6)
  header.fill(0, 8)
  if (text === undefined) return Buffer.concat([header, question])
  const data = Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])
  const record = Buffer.from([0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 60, 0, data.length])
  return Buffer.concat([header, question, record, data])
}
