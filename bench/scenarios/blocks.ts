import { createCipheriv } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OUR_BINS } from '../../e2e/harness/peer.ts'
import { Program } from '../../e2e/harness/process.ts'
import type { Scenario } from '../lib/scenario.ts'

const NODE_BUNDLE = join(import.meta.dirname, '../../packages/service/dist/bundle/ipfs-node.mjs')
const MIB = 1 << 20
const TICKS_PER_SECOND = 100

/** A pin of a large file on one embedded IPFS node, whose blocks another one on this machine has. */
export const blocks: Scenario = {
  name: 'blocks',
  async run(context) {
    // Only our release has such a node.
    if (context.bins !== OUR_BINS) return []
    const folder = mkdtempSync(join(tmpdir(), 'bench-blocks-'))
    const size = context.scale === 'small' ? 16 * MIB : 512 * MIB
    const nodes: EmbeddedNode[] = []
    try {
      for (const name of ['has', 'pins']) nodes.push(await EmbeddedNode.start(join(folder, name)))
      const [has, pins] = nodes
      if (has === undefined || pins === undefined) return []
      const { seconds: adding, value: cid } = await timed(() => has.add(size))
      await pins.call(`swarm/connect?arg=${encodeURIComponent(has.swarm)}`)
      const before = nodes.map((node) => node.cpuSeconds())
      const { seconds } = await timed(() => pins.call(`pin/add?arg=${cid}`))
      const [serving = 0, pinning = 0] = nodes.map((node, i) => (node.cpuSeconds() - (before[i] ?? 0)) * 1000)
      return [
        { name: 'add', value: size / MIB / adding, unit: 'MiB/s' },
        { name: 'pin from the other node', value: size / MIB / seconds, unit: 'MiB/s' },
        { name: 'CPU of the one that has it', value: serving / (size / MIB), unit: 'ms/MiB' },
        { name: 'CPU of the one that pins', value: pinning / (size / MIB), unit: 'ms/MiB' },
        { name: 'peak memory of the one that has it', value: has.peakMemory(), unit: 'MiB' },
        { name: 'peak memory of the one that pins', value: pins.peakMemory(), unit: 'MiB' }
      ]
    } finally {
      for (const node of nodes) await node.stop()
      rmSync(folder, { recursive: true, force: true })
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

  static async start(repo: string): Promise<EmbeddedNode> {
    const any = '/ip4/127.0.0.1/tcp/0'
    const args = ['--repo', repo, '--profile', 'loopback', '--api', any, '--gateway', 'none', '--swarm', any]
    const program = new Program(process.execPath, [NODE_BUNDLE, ...args])
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
    form.append('file', new Blob(Array.from({ length: size / MIB }, (_, i) => noise(i))), 'file')
    const answer = JSON.parse(await this.call('add?cid-version=1&progress=false', form)) as { Hash: string }
    return answer.Hash
  }

  /** The most memory that the process ever held, in MiB. */
  peakMemory(): number {
    return Number(/VmHWM:\s+(\d+)/.exec(this.#proc('status'))?.[1] ?? 0) / 1024
  }

  /** Time that the process has used of all cores; it tells more than speed where others work on the machine too. */
  cpuSeconds(): number {
    const fields = this.#proc('stat').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND
  }

  /** Linux tells; elsewhere such figures are left out as 0. */
  #proc(file: string): string {
    try {
      return readFileSync(`/proc/${this.#program.pid}/${file}`, 'utf8')
    } catch {
      return ''
    }
  }

  async stop(): Promise<void> {
    this.#program.child.kill('SIGTERM')
    await this.#program.exited
  }
}

/** A MiB of bytes that no chunk shares with another, made faster than it is added. */
function noise(seed: number): Uint8Array<ArrayBuffer> {
  const key = Buffer.alloc(16)
  key.writeUInt32LE(seed)
  return new Uint8Array(createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(MIB)))
}

async function timed<T>(action: () => Promise<T>): Promise<{ seconds: number; value: T }> {
  const start = performance.now()
  const value = await action()
  return { seconds: (performance.now() - start) / 1000, value }
}
