import { join } from 'node:path'
import { temporaryFolder } from '../../e2e/harness/folder.ts'
import { OUR_BINS } from '../../e2e/harness/peer.ts'
import { Program } from '../../e2e/harness/process.ts'
import { noise } from '../lib/noise.ts'
import { cpuSeconds, peakMemory } from '../lib/process-cost.ts'
import type { Scenario } from '../lib/scenario.ts'

const NODE_BUNDLE = join(import.meta.dirname, '../../packages/service/dist/bundle/ipfs-node.mjs')
const MIB = 1 << 20

/** A pin of a large file on one embedded IPFS node, whose blocks another one on this machine has. */
export const blocks: Scenario = {
  name: 'blocks',
  async run(context) {
    // Only our release has such a node.
    if (context.bins !== OUR_BINS) return []
    using folder = temporaryFolder()
    const size = context.scale === 'small' ? 16 * MIB : 512 * MIB
    const nodes: EmbeddedNode[] = []
    try {
      for (const name of ['has', 'pins']) nodes.push(await EmbeddedNode.start(join(folder.path, name), context.env))
      const [has, pins] = nodes
      if (has === undefined || pins === undefined) return []
      const { seconds: adding, value: cid } = await timed(() => has.add(size))
      await pins.call(`swarm/connect?arg=${encodeURIComponent(has.swarm)}`)
      const before = nodes.map(({ pid }) => cpuSeconds(pid))
      const { seconds } = await timed(() => pins.call(`pin/add?arg=${cid}`))
      const [serving = 0, pinning = 0] = nodes.map(({ pid }, i) => (cpuSeconds(pid) - (before[i] ?? 0)) * 1000)
      return [
        { name: 'add', value: size / MIB / adding, unit: 'MiB/s' },
        { name: 'pin from the other node', value: size / MIB / seconds, unit: 'MiB/s' },
        { name: 'CPU of the one that has it', value: serving / (size / MIB), unit: 'ms/MiB' },
        { name: 'CPU of the one that pins', value: pinning / (size / MIB), unit: 'ms/MiB' },
        { name: 'peak memory of the one that has it', value: peakMemory(has.pid), unit: 'MiB' },
        { name: 'peak memory of the one that pins', value: peakMemory(pins.pid), unit: 'MiB' }
      ]
    } finally {
      for (const node of nodes) await node.stop()
    }
  }
}

/** An embedded IPFS node as its parent runs it. */
class EmbeddedNode {
  readonly #program: Program
  readonly #api: string
  /** Where other nodes reach it. */
  readonly swarm: string

  private constructor(program: Program, ready: { api: string; swarm: string[] }) {
    this.#program = program
    const [, , host = '', , port = ''] = ready.api.split('/')
    this.#api = `http://${host}:${port}/api/v0`
    this.swarm = ready.swarm[0] ?? ''
  }

  static async start(repo: string, env: Record<string, string> = {}): Promise<EmbeddedNode> {
    const any = '/ip4/127.0.0.1/tcp/0'
    const args = ['--repo', repo, '--profile', 'loopback', '--api', any, '--gateway', 'none', '--swarm', any]
    const program = new Program(process.execPath, [NODE_BUNDLE, ...args], { env })
    while (!program.stdout.includes('\n')) {
      await Promise.race([new Promise((resolve) => program.child.stdout?.once('data', resolve)), program.exited])
      if (program.child.exitCode !== null) throw new Error(`the IPFS node ended:\n${program.stderr}`)
    }
    return new EmbeddedNode(program, JSON.parse(program.stdout) as { api: string; swarm: string[] })
  }

  async call(path: string, body?: FormData): Promise<string> {
    const response = await fetch(`${this.#api}/${path}`, { method: 'POST', ...(body !== undefined && { body }) })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${text}`)
    return text
  }

  /** Adds a file that is the same each time. @returns its CID */
  async add(size: number): Promise<string> {
    const form = new FormData()
    form.append('file', new Blob(Array.from({ length: size / MIB }, (_, i) => noise(i, MIB))), 'file')
    const answer = JSON.parse(await this.call('add?cid-version=1&progress=false', form)) as { Hash: string }
    return answer.Hash
  }

  get pid(): number | undefined {
    return this.#program.pid
  }

  async stop(): Promise<void> {
    this.#program.child.kill('SIGTERM')
    await this.#program.exited
  }
}

async function timed<T>(action: () => Promise<T>): Promise<{ seconds: number; value: T }> {
  const start = performance.now()
  const value = await action()
  return { seconds: (performance.now() - start) / 1000, value }
}
