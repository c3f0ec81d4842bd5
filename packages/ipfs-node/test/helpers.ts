import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from '@jest/globals'
import { create } from 'kubo-rpc-client'
import type { KuboRPCClient } from 'kubo-rpc-client'
import { ipfsNode } from '../src/index.ts'
import type { IpfsNode, IpfsNodeInit } from '../src/index.ts'

const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Runs something after the test that is running, whether it passes or not. */
export function after(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup)
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ipfs-node-'))
  after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface TestNode {
  node: IpfsNode
  client: KuboRPCClient
  repo: string
  /** Base URL of the RPC. */
  api: string
  /** Base URL of the gateway. */
  gateway: string
  /** POST to a command of the RPC. */
  post(path: string, init?: RequestInit): Promise<Response>
}

/** A node on free ports that is stopped after the test. */
export async function startNode(init: Partial<IpfsNodeInit> = {}): Promise<TestNode> {
  const repo = init.repo ?? (await temporaryFolder())
  const any = '/ip4/127.0.0.1/tcp/0'
  const node = await ipfsNode({ repo, profile: 'offline', api: any, gateway: any, swarm: [any], ...init })
  after(() => node.stop())
  const api = `${urlOf(node.apiMultiaddr)}/api/v0`
  return {
    node,
    repo,
    api,
    client: create({ url: urlOf(node.apiMultiaddr) }),
    gateway: urlOf(node.gatewayMultiaddr),
    post: (path, request = {}) => fetch(`${api}/${path}`, { method: 'POST', ...request })
  }
}

export function urlOf(multiaddr: string): string {
  const [, , host = '', , port = ''] = multiaddr.split('/')
  return `http://${host}:${port}`
}

/** A multipart body of files. */
export function form(files: Record<string, Uint8Array | string>): FormData {
  const data = new FormData()
  for (const [name, content] of Object.entries(files))
    data.append('file', new Blob([content]), encodeURIComponent(name))
  return data
}

/** JSON lines of an answer. */
export async function lines(response: Response): Promise<Record<string, unknown>[]> {
  const text = await response.text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** Bytes that are always the same for a seed, and different for another. */
export function pseudoRandom(length: number, seed = 1): Uint8Array {
  const bytes = new Uint32Array(Math.ceil(length / 4))
  let state = seed >>> 0 || 1
  for (let i = 0; i < bytes.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[i] = state >>> 0
  }
  return new Uint8Array(bytes.buffer, 0, length)
}

/** All that an iterable yields. */
export async function collect<T>(source: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of source) all.push(one)
  return all
}

/** Joins pieces of bytes. */
export async function joined(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await collect(source))
}
