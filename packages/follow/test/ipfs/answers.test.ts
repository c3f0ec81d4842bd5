import { describe, expect, it } from '@jest/globals'
import { MockIpfs } from '../../../service/test/helpers/mock-ipfs.ts'
import { answers, waitForIpfs } from '../../src/ipfs/answers.ts'

/** Nobody listens there. */
const CLOSED = '/ip4/127.0.0.1/tcp/1'

describe('an IPFS node', () => {
  it('answers, or does not', async () => {
    await using ipfs = await MockIpfs.start()
    expect(await answers(ipfs.multiaddr, 30_000)).toBe(true)
    expect(await answers(CLOSED, 30_000)).toBe(false)
  })

  it('is waited for until it answers, and the user is told what for', async () => {
    const lines: string[] = []
    await using ipfs = await MockIpfs.start()
    const { port, multiaddr } = ipfs
    await ipfs[Symbol.asyncDispose]()
    const waiting = waitForIpfs(multiaddr, (line) => lines.push(line), AbortSignal.timeout(50_000))
    await using _again = await MockIpfs.start(port)
    expect(await waiting).toBe(true)
    expect(lines).toEqual([`waiting for IPFS to become available on ${multiaddr}...`])
  })

  it('is waited for no longer than that', async () => {
    const stop = new AbortController()
    expect(await waitForIpfs(CLOSED, () => stop.abort(), stop.signal)).toBe(false)
  })
})
