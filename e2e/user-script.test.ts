import { afterAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rawCid } from './harness/cids.ts'
import { temporaryFolder } from './harness/folder.ts'
import { describeWithGo } from './harness/go.ts'
import { mockIpfs } from './harness/ipfs.ts'
import { Namespace } from './harness/namespace.ts'
import { OUR_BINS } from './harness/peer.ts'
import { freePorts } from './harness/ports.ts'
import { runProgram } from './harness/process.ts'

const SCRIPT = join(import.meta.dirname, 'scripts/backup-and-restore.sh')
const PINS = 5
const STEPS = ['a peer', 'pins', 'one pin less', 'a backup', 'a fresh peer from the backup', 'nothing left']

const describeWithJq = hasJq() ? describe : describe.skip

describeWithJq(`a script that a person has written${hasJq() ? '' : ' (skipped: there is no jq)'}`, () => {
  const folder = temporaryFolder()

  afterAll(() => folder[Symbol.dispose]())

  it('runs with our programs', async () => {
    await runs('ours', OUR_BINS)
  }, 240_000)

  describeWithGo('as it is', (goBins) => {
    it('runs with those of the Go release', async () => {
      await using namespace = await Namespace.open()
      await runs('go', goBins, namespace)
    }, 240_000)
  })

  async function runs(name: string, bins: string, namespace?: Namespace): Promise<void> {
    const place = join(folder.path, name)
    mkdirSync(place)
    const list = join(place, 'list')
    writeFileSync(
      list,
      Array.from({ length: PINS }, (_, i) => `${rawCid(`${name} ${i}`).toString()} pin-${i}\n`).join('')
    )
    const ipfs = await mockIpfs(namespace)
    try {
      const ports = namespace?.ports(4) ?? (await freePorts(4))
      const outcome = await runProgram('bash', [SCRIPT, place, list], {
        env: { HOME: place, PATH: `${bins}:${process.env.PATH ?? ''}`, ...addresses(ports, ipfs.port) },
        prefix: namespace?.prefix ?? []
      })
      expect(outcome).toEqual({
        code: 0,
        stderr: '',
        stdout: `${STEPS.map((step, i) => `${i + 1}. ${step}\n`).join('')}done\n`
      })
    } finally {
      await ipfs.stop()
    }
  }
})

function addresses(
  [swarm = 0, rest = 0, proxy = 0, pinsvc = 0]: readonly number[],
  ipfs: number
): Record<string, string> {
  const tcp = (port: number): string => `/ip4/127.0.0.1/tcp/${port}`
  return {
    CLUSTER_LISTENMULTIADDRESS: tcp(swarm),
    CLUSTER_MDNSINTERVAL: '0s',
    CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS: tcp(rest),
    CLUSTER_PINSVCAPI_HTTPLISTENMULTIADDRESS: tcp(pinsvc),
    CLUSTER_IPFSPROXY_LISTENMULTIADDRESS: tcp(proxy),
    CLUSTER_IPFSPROXY_NODEMULTIADDRESS: tcp(ipfs),
    CLUSTER_IPFSHTTP_NODEMULTIADDRESS: tcp(ipfs)
  }
}

function hasJq(): boolean {
  try {
    execFileSync('jq', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
