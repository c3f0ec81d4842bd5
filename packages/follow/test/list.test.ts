import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { emptyPin } from '@ipfs-cluster/api'
import { crdt } from '@ipfs-cluster/core/consensus/crdt'
import { levelDatastore } from '@ipfs-cluster/core/datastore'
import { nullLogger, startAll, stopAll } from '@ipfs-cluster/core/util'
import { CID } from 'multiformats/cid'
import { SlowSink } from '../../cli-kit/test-suites/slow-sink.ts'
import { startChild } from '../../core/test/helpers/child.ts'
import { ANSWER_LIMIT } from '../src/api.ts'
import type { FollowerFolder } from '../src/folder.ts'
import { runFollow } from '../src/run-follow.ts'
import { runHere } from './run-here.ts'
import { temporaryFollower } from './temporary.ts'

const CIDS = [
  'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
  'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4'
]

async function initialized(): ReturnType<typeof temporaryFollower> {
  const place = await temporaryFollower()
  await runHere(['-c', place.root, 'friends', 'init', 'http://127.0.0.1:1/'], {})
  return place
}

function storeOf({ path }: FollowerFolder): string {
  return join(path, 'leveldb')
}

async function pinAll(folder: FollowerFolder): Promise<void> {
  const datastore = levelDatastore({ location: storeOf(folder) })
  const hooks = { onPut: () => {}, onDelete: () => {} }
  const consensus = crdt()({ peerId: '', datastore, hooks, logger: nullLogger })
  await startAll([datastore, consensus])
  for (const cid of CIDS) await consensus.logPin(emptyPin(CID.parse(cid)))
  await stopAll([datastore, consensus])
}

/** A process that has the pinset open, as a peer that runs. */
async function holderOf(folder: FollowerFolder): Promise<AsyncDisposable & { pid: number | undefined }> {
  const holder = startChild(new URL('store-holder.ts', import.meta.url), [storeOf(folder)])
  await holder.lines[Symbol.asyncIterator]().next()
  const stop = async (): Promise<void> => {
    holder.process.kill('SIGKILL')
    await holder.exited
  }
  return { pid: holder.process.pid, [Symbol.asyncDispose]: stop }
}

it('a list goes no faster than it is read', async () => {
  await using place = await initialized()
  await pinAll(place.folder)
  const stdout = new SlowSink()
  const stdin = Object.assign(new PassThrough().end(), { isTTY: false })
  const listed = runFollow(['-c', place.root, 'friends', 'list'], { env: {}, stdin, stdout, stderr: new SlowSink() })
  for (let line = 1; line <= CIDS.length; line++) {
    await stdout.isWaitedFor()
    expect(stdout.pieces).toHaveLength(line)
    stdout.emit('drain')
  }
  expect(await listed).toBe(0)
  expect(stdout.pieces.join('')).toContain(CIDS[0])
})

describe('where a process has the pinset open and the API does not answer, a list says so and what to do', () => {
  it('when nobody is at the API', async () => {
    await using place = await initialized()
    await using holder = await holderOf(place.folder)
    const { status, stdout, stderr } = await runHere(['-c', place.root, 'friends', 'list'], {})
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('uses the datastore of this peer, whose API does not answer: ')
    expect(stderr).toContain('api-socket: connect: no such file or directory')
    expect(stderr).toContain('try again in a moment')
    expect(stderr).toContain(process.platform === 'linux' ? `process ${holder.pid} (` : 'another')
  })

  it('after seconds, when the API is silent', async () => {
    await using place = await initialized()
    await using holder = await holderOf(place.folder)
    await using silent = createServer((socket) => socket.resume()).listen(place.folder.socket)
    await once(silent, 'listening')
    const begun = performance.now()
    const { status, stdout, stderr } = await runHere(['-c', place.root, 'friends', 'list'], {})
    expect(performance.now() - begun).toBeGreaterThanOrEqual(ANSWER_LIMIT - 1)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain(process.platform === 'linux' ? `process ${holder.pid} (` : 'another')
    expect(stderr).toContain('runs this peer and does not answer: ')
    expect(stderr).toContain('error obtaining the pinset')
    expect(stderr).not.toContain('--config')
  })
})
