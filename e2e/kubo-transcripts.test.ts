import { afterAll, beforeAll } from '@jest/globals'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { replayTranscript } from '../packages/http/test/replay/replay-suite.ts'
import type { ReplayNode } from '../packages/http/test/replay/replay-peer.ts'
import { temporaryFolder } from './harness/folder.ts'
import { describeWithKubo } from './harness/go.ts'
import { startKubo } from './harness/ipfs.ts'
import { Namespace } from './harness/namespace.ts'

/** What a Go peer beside a Kubo answered, asked of peers of ours beside Kubos. */
describeWithKubo('beside Kubos', (kuboBin) => {
  const folder = temporaryFolder()
  let namespace: Namespace
  let count = 0

  beforeAll(async () => {
    namespace = await Namespace.open()
  })
  afterAll(async () => {
    await namespace[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  for (const name of ['rest-crdt-single', 'rest-add', 'rest-crdt-three', 'pinsvc', 'proxy'] as const) {
    replayTranscript(name, makeNode)
  }

  async function makeNode(): Promise<ReplayNode> {
    const home = join(folder.path, `kubo${count++}`)
    mkdirSync(home)
    const kubo = await startKubo(kuboBin, home, namespace)
    const answer = await fetch(`${kubo.rpc}/id`, { method: 'POST' })
    const { ID: peerId } = (await answer.json()) as { ID: string }
    const { port } = new URL(kubo.rpc)
    return { peerId, apiMultiaddr: `/ip4/127.0.0.1/tcp/${port}`, stop: () => kubo.kill() }
  }
})
