import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { after, urlOf } from './helpers.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export interface ReadyLine {
  ready: boolean
  id: string
  api: string
  gateway: string
  swarm: string[]
}

export interface Child {
  process: ChildProcessByStdio<Writable, Readable, Readable>
  ready: ReadyLine
  /** Base URL of the RPC. */
  api: string
  /** Resolves with the exit code, or the signal that ended it. */
  exited: Promise<number | string>
}

/** The child process without waiting for it to be ready. */
export function spawnMain(args: string[]): {
  process: Child['process']
  exited: Child['exited']
  stderr: Promise<string>
} {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--conditions=@ipfs-cluster/source', MAIN, ...args],
    { stdio: ['pipe', 'pipe', 'pipe'] }
  )
  child.stdin.on('error', () => {})
  const exited = once(child, 'exit').then(([code, signal]) => (code as number | null) ?? (signal as string))
  after(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const stderr = (async () => {
    let text = ''
    for await (const chunk of child.stderr) text += String(chunk)
    return text
  })()
  return { process: child, exited, stderr }
}

/** A node in a process of its own, ready. */
export async function startChild(repo: string, args: string[] = []): Promise<Child> {
  const any = '/ip4/127.0.0.1/tcp/0'
  const child = spawnMain([
    '--repo',
    repo,
    '--profile',
    'offline',
    '--api',
    any,
    '--gateway',
    any,
    '--swarm',
    any,
    ...args
  ])
  let text = ''
  const line = await new Promise<string>((resolve, reject) => {
    child.process.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
    void child.exited.then(async (code) => reject(new Error(`ended with ${code}: ${await child.stderr}`)))
  })
  const ready = JSON.parse(line) as ReadyLine
  return { process: child.process, ready, api: `${urlOf(ready.api)}/api/v0`, exited: child.exited }
}
