import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, it } from '@jest/globals'
import { emptyPin } from '@ipfs-cluster/api'
import { crdt } from '@ipfs-cluster/core/consensus/crdt'
import { levelDatastore } from '@ipfs-cluster/core/datastore'
import { nullLogger, startAll, stopAll } from '@ipfs-cluster/core/util'
import { CID } from 'multiformats/cid'
import { SlowSink } from '../../cli-kit/test-suites/slow-sink.ts'
import { runFollow } from '../src/run-follow.ts'
import { runHere } from './run-here.ts'
import { temporaryFollower } from './temporary.ts'

const CIDS = [
  'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
  'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4'
]

async function pinAll(location: string): Promise<void> {
  const datastore = levelDatastore({ location })
  const consensus = crdt()({
    peerId: '',
    datastore,
    hooks: { onPut: () => {}, onDelete: () => {} },
    logger: nullLogger
  })
  await startAll([datastore, consensus])
  for (const cid of CIDS) await consensus.logPin(emptyPin(CID.parse(cid)))
  await stopAll([datastore, consensus])
}

it('a list goes no faster than it is read', async () => {
  await using place = await temporaryFollower()
  await runHere(['-c', place.root, 'friends', 'init', 'http://127.0.0.1:1/'], {})
  await pinAll(join(place.folder.path, 'leveldb'))
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
