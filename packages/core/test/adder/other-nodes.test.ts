import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { cidToText } from '@ipfs-cluster/api'
import type { AddParams } from '@ipfs-cluster/api'
import { ipfsNode } from '@ipfs-cluster/ipfs-node'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'
import { file, noise, runAdd } from './support.ts'

/** Lengths of the files of a folder `d`, by their paths in it. */
type Tree = Readonly<Record<string, number>>

interface Options extends Pick<AddParams, 'cidVersion' | 'rawLeaves'> {
  chunker: string
}

/** Another implementation, which says what the root of a tree is. */
type Oracle = (tree: Tree, options: Options) => Promise<string>

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => !/[/\0]/.test(text) && text !== '.' && text !== '..' && text.isWellFormed())

/** Files in folders one or two deep, none of which has the name of a folder. */
const trees = fc
  .array(fc.tuple(fc.constantFrom('', 'x/', 'x/y/', 'ü/'), name, fc.nat(5000)), { minLength: 1, maxLength: 8 })
  .map((files) => Object.fromEntries(files.map(([folder, text, length]) => [`${folder}f${text}`, length])))

const options: fc.Arbitrary<Options> = fc.record({
  cidVersion: fc.constantFrom(0, 1),
  rawLeaves: fc.boolean(),
  chunker: fc.integer({ min: 16, max: 3000 }).map((size) => `size-${size}`)
})

function givesTheSame(open: () => Promise<Oracle>, numRuns: number): void {
  let oracle: Oracle
  beforeAll(async () => {
    oracle = await open()
  })

  it('gives the same CIDs to any folder', async () => {
    await fc.assert(
      fc.asyncProperty(trees, options, async (tree, params) => {
        const entries = Object.entries(tree).map(([path, length]) => file(`d/${path}`, noise(length, length)))
        const { outputs, error } = await runAdd(entries, params)
        expect(error).toBeUndefined()
        expect(cidToText(outputs.at(-1)!.cid!)).toBe(await oracle(tree, params))
      }),
      { numRuns }
    )
  })
}

describe('the embedded node', () => {
  let close = async (): Promise<void> => {}
  afterAll(async () => close())

  givesTheSame(async () => {
    const repo = await temporaryFolder()
    const node = await ipfsNode({ repo, profile: 'offline', api: '/ip4/127.0.0.1/tcp/0', gateway: '' })
    close = async () => {
      await node.stop()
      await removeFolder(repo)
    }
    const [, , host = '', , port = ''] = node.apiMultiaddr.split('/')
    return async (tree, { cidVersion, rawLeaves, chunker }) => {
      const form = new FormData()
      for (const [path, length] of Object.entries(tree)) {
        form.append('file', new Blob([noise(length, length)]), encodeURIComponent(`d/${path}`))
      }
      const query = new URLSearchParams({ 'cid-version': `${cidVersion}`, 'raw-leaves': `${rawLeaves}`, chunker })
      const answer = await fetch(`http://${host}:${port}/api/v0/add?${query.toString()}`, {
        method: 'POST',
        body: form
      })
      const last = (await answer.text()).trim().split('\n').at(-1) ?? ''
      return (JSON.parse(last) as { Hash: string }).Hash
    }
  }, 100)
})

const kubo = process.env.IPFS_KUBO_BIN
const describeWithKubo = kubo === undefined ? describe.skip : describe

describeWithKubo('Kubo (with IPFS_KUBO_BIN)', () => {
  let folder = ''
  afterAll(async () => removeFolder(folder))

  givesTheSame(async () => {
    folder = await temporaryFolder()
    const env = { HOME: folder, IPFS_PATH: join(folder, 'repo'), IPFS_TELEMETRY: 'off' }
    const run = async (...args: string[]): Promise<string> =>
      (await promisify(execFile)(kubo ?? '', args, { env })).stdout
    await run('init', '--profile=test')
    return async (tree, { cidVersion, rawLeaves, chunker }) => {
      const root = await mkdtemp(join(folder, 'tree-'))
      for (const [path, length] of Object.entries(tree)) {
        const place = join(root, 'd', path)
        await mkdir(dirname(place), { recursive: true })
        await writeFile(place, noise(length, length))
      }
      const shape = [`--cid-version=${cidVersion}`, `--raw-leaves=${rawLeaves}`, `--chunker=${chunker}`]
      const how = ['--offline', 'add', '-Q', '-n', '-r', '-H', '--max-file-links=174']
      const cid = await run(...how, ...shape, join(root, 'd'))
      await rm(root, { recursive: true })
      return cid.trim()
    }
  }, 25)
})
