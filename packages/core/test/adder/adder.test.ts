import { readFileSync } from 'node:fs'
import { addParamsFromQuery, cidToText, defaultAddParams } from '@ipfs-cluster/api'
import { adder } from '@ipfs-cluster/core/adder'
import { describe, expect, it } from '@jest/globals'
import { verifyBlock } from '../../src/adder/car/verify.ts'
import { file, MemorySink, multipartEntries, NO_SHARDS, noise, runAdd, toAsync } from './support.ts'
import type { AddedOutput, AddParams } from '@ipfs-cluster/api'
import type { AddEntry } from '../../src/adder/interface.ts'

interface RecordedOutput {
  name: string
  cid: string | null
  bytes?: number
  size?: number
  allocations?: string[]
}

interface RecordedAdd {
  name: string
  query: string
  body: string
  outputs?: RecordedOutput[]
  error?: string
}

const fixture = new URL('../fixtures/add-unixfs.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: RecordedAdd[] }

/** An output in the form in which a Go peer sends it: what is zero or empty is not there. */
function sent({ name, cid, bytes, size, allocations }: AddedOutput): RecordedOutput {
  return {
    name,
    cid: cid === null ? null : cidToText(cid),
    ...(bytes > 0 ? { bytes } : {}),
    ...(size > 0 ? { size } : {}),
    ...(allocations.length > 0 ? { allocations } : {})
  }
}

/** Not of the building of blocks: no peer to be found, and what is not there yet. */
const OTHERS = ['add-not-enough-stream', 'add-not-enough-array']

describe('adds recorded from a Go peer', () => {
  it.each(cases.filter(({ name }) => !OTHERS.includes(name)))('$name', async ({ query, body, outputs = [], error }) => {
    const result = await runAdd(multipartEntries(body), addParamsFromQuery(new URLSearchParams(query)))
    expect(result.outputs.map(sent)).toEqual(outputs)
    if (error === undefined) {
      expect(result.error).toBeUndefined()
      const root = outputs.at(-1)?.cid
      expect(result.pinned.map(cidToText)).toEqual(query.includes('no-pin=true') ? [] : [root])
      expect(result.sink.blocks.map(({ cid }) => cidToText(cid))).toContain(root)
    } else {
      expect((result.error as Error).message).toBe(error)
      expect(result.pinned).toEqual([])
    }
  })
})

function names(outputs: readonly AddedOutput[]): string[] {
  return outputs.map(({ name }) => name)
}

const folder = (path: string): AddEntry => ({ path, kind: 'directory' })

describe('outputs', () => {
  it('come file by file, then folders from the inside out in the order of their names', async () => {
    const { outputs } = await runAdd([
      file('d/b/2', '2'),
      file('d/z', 'z'),
      file('d/a/x/1', '1'),
      folder('d/c'),
      file('d/b/1', '1')
    ])
    expect(names(outputs)).toEqual(['d/b/2', 'd/z', 'd/a/x/1', 'd/b/1', 'd/a/x', 'd/a', 'd/b', 'd/c', 'd'])
  })

  it('come of folders as deep as a path can tell', async () => {
    const depth = 8000
    const { outputs, error } = await runAdd([file('d/'.repeat(depth) + 'f', 'x')])
    expect(error).toBeUndefined()
    expect(outputs).toHaveLength(depth + 1)
    expect(outputs.at(-1)?.name).toBe('d')
    expect(outputs[1]?.name).toBe('d/'.repeat(depth - 1) + 'd')
  })

  it('tell each root of several, and the last is pinned', async () => {
    const { outputs, pinned } = await runAdd([file('a/1', '1'), file('b', '2'), file('c/1', '3')])
    expect(names(outputs)).toEqual(['a/1', 'a', 'b', 'c/1', 'c'])
    expect(pinned).toEqual([outputs.at(-1)?.cid])
    // A root holds its own content only.
    const alone = await runAdd([file('c/1', '3')])
    expect(outputs.at(-1)?.cid).toEqual(alone.outputs.at(-1)?.cid)
  })

  it('call what has no name in a wrapping folder by its CID', async () => {
    const { outputs, sink } = await runAdd([file('', 'content')], { wrap: true })
    expect(names(outputs)).toEqual(['', ''])
    const root = sink.blocks.at(-1)
    expect(Buffer.from(root!.data).includes(cidToText(outputs[0]!.cid!))).toBe(true)
  })

  it('are the same for paths with dots and needless slashes', async () => {
    const plain = await runAdd([file('d/x/y', '1')])
    const odd = await runAdd([file('../d//./x/z/../y', '1')])
    expect(odd.outputs).toEqual(plain.outputs)
  })

  it('take the later of two files with one name', async () => {
    const { outputs } = await runAdd([file('d/x', 'first'), file('d/x', 'second')])
    const once = await runAdd([file('d/x', 'second')])
    expect(outputs.at(-1)?.cid).toEqual(once.outputs.at(-1)?.cid)
  })

  it('tell the progress each 256 KiB and at the end, with the path below the root', async () => {
    const kib = 1024
    const { outputs } = await runAdd([file('d/sub/f', noise(600 * kib))], { progress: true })
    expect(outputs.filter(({ cid }) => cid === null).map(({ name, bytes }) => [name, bytes])).toEqual([
      ['sub/f', 256 * kib],
      ['sub/f', 512 * kib],
      ['sub/f', 600 * kib]
    ])
  })
})

it('a file that says where it is can be added without a copy, folders and symlinks anyway', async () => {
  const entries = (): AddEntry[] => [
    { ...file('d/f', 'text'), source: '/d/f' },
    { ...file('d/l', 'f'), kind: 'symlink' }
  ]
  const { outputs, error } = await runAdd(entries(), { noCopy: true, rawLeaves: true })
  const plain = await runAdd(entries(), { rawLeaves: true })
  expect(error).toBeUndefined()
  expect(outputs).toEqual(plain.outputs)
})

it.each(['size-1000', 'rabin-100-500-1000', 'buzhash'])(
  'the blocks do not depend on the pieces in which content comes: %s',
  async (chunker) => {
    const content = noise(600_000)
    const whole = await runAdd([file('f', content)], { chunker })
    for (const size of [997, 1000, 65_536]) {
      const pieces = function* (): Generator<Uint8Array> {
        // As from the network: the bytes of a piece are nobody else's.
        for (let i = 0; i < content.length; i += size) yield content.slice(i, i + size)
      }
      const { sink } = await runAdd([file('f', toAsync(pieces()))], { chunker })
      // Looked at when all are made: none may have been written over.
      for (const block of sink.blocks) verifyBlock(block)
      expect(sink.blocks.map(({ cid }) => cid.toString())).toEqual(whole.sink.blocks.map(({ cid }) => cid.toString()))
    }
  }
)

describe('what cannot be added', () => {
  it.each<[string, AddEntry[], Partial<AddParams>, object]>([
    ['nothing', [], {}, { code: 'ERR_BAD_REQUEST', message: 'there is nothing to add' }],
    ['what is no CAR', [file('a', '')], { format: 'car' }, { code: 'ERR_BAD_CAR', message: 'unexpected EOF' }],
    [
      'a block larger than a shard',
      [file('a', 'text')],
      { shard: true, shardSize: 10 },
      { code: 'ERR_ADD_OPTION', message: "block doesn't fit in empty shard: shard size too small?" }
    ],
    ['a file without its place', [file('a', '')], { noCopy: true }, { code: 'ERR_ADD_OPTION' }],
    ['a folder where a file is', [file('d/a', ''), file('d/a/b', '')], {}, { code: 'ERR_BAD_REQUEST' }],
    ['a file where a folder is', [file('d/a/b', ''), file('d/a', '')], {}, { code: 'ERR_BAD_REQUEST' }],
    [
      'a symlink that is too long',
      [{ ...file('l', noise(70_000)), kind: 'symlink' }],
      {},
      { code: 'ERR_BAD_REQUEST', message: 'the target of l is too long' }
    ]
  ])('%s is refused', async (_, entries, params, expected) => {
    const { error, pinned } = await runAdd(entries, params)
    expect(error).toMatchObject(expected)
    expect(pinned).toEqual([])
  })
})

describe('an add that fails', () => {
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield noise(300_000)
    throw new Error('the client is gone')
  }
  const hanging = async function* (): AsyncGenerator<Uint8Array> {
    yield noise(600_000)
    await new Promise(() => {})
  }

  it('because the content breaks off pins nothing and tells the sink', async () => {
    const { error, pinned, sink } = await runAdd([file('a', '1'), file('b', failing())])
    expect(error).toEqual(new Error('the client is gone'))
    expect(pinned).toEqual([])
    expect(sink.isClosed).toBe(false)
    expect(sink.abortReason).toBe(error)
  })

  it('because it is aborted ends at once, even when the content hangs', async () => {
    const controller = new AbortController()
    const sink = new MemorySink()
    const put = sink.put.bind(sink)
    sink.put = (block) => {
      setImmediate(() => controller.abort(new Error('enough')))
      return put(block)
    }
    const { error, pinned } = await runAdd([file('b', hanging())], {}, { signal: controller.signal, sink })
    expect(error).toEqual(new Error('enough'))
    expect(pinned).toEqual([])
    expect(sink.abortReason).toBe(error)
  })

  it('because the sink fails ends at once, even when the content hangs', async () => {
    const sink = new MemorySink()
    sink.put = () => {
      setImmediate(() => sink.fail(new Error('disk full')))
      return undefined
    }
    const { error, pinned } = await runAdd([file('b', hanging())], {}, { sink })
    expect(error).toEqual(new Error('disk full'))
    expect(pinned).toEqual([])
  })

  it('because the blocks are not stored in the end gives no last output', async () => {
    const sink = new MemorySink()
    sink.close = async () => {
      throw new Error('disk full')
    }
    const { error, outputs, pinned } = await runAdd([file('d/a', '1')], {}, { sink })
    expect(error).toEqual(new Error('disk full'))
    expect(names(outputs)).toEqual(['d/a'])
    expect(pinned).toEqual([])
  })

  it('because there is no peer to take it gives no output and reads no content', async () => {
    let isRead = false
    const content = async function* (): AsyncGenerator<Uint8Array> {
      isRead = true
      yield noise(10)
    }
    const component = adder()({
      openSink: async () => {
        throw new Error('not enough peers')
      },
      pin: async () => {},
      shards: NO_SHARDS
    })
    const outputs = component.add(toAsync([file('a', content())]), defaultAddParams())
    await expect(Array.fromAsync(outputs)).rejects.toThrow('not enough peers')
    expect(isRead).toBe(false)
  })

  it('because the caller stops pins nothing and tells the sink', async () => {
    const sink = new MemorySink()
    const pinned: unknown[] = []
    const component = adder()({ openSink: async () => sink, pin: async (root) => pinned.push(root), shards: NO_SHARDS })
    let isClosed = false
    const entries = async function* (): AsyncGenerator<AddEntry> {
      try {
        for (let i = 0; i < 100; i++) yield file(`d/${i}`, 'x')
      } finally {
        isClosed = true
      }
    }
    for await (const { name } of component.add(entries(), defaultAddParams())) if (name === 'd/3') break
    expect(pinned).toEqual([])
    expect(isClosed).toBe(true)
    expect(sink.abortReason).toBeInstanceOf(Error)
  })
})

describe('the pin', () => {
  it('is made when all blocks are stored, recursive and in place of no other, before the last output', async () => {
    const events: string[] = []
    const sink = new MemorySink()
    sink.close = async () => {
      events.push('stored')
    }
    const component = adder()({
      shards: NO_SHARDS,
      openSink: async () => sink,
      pin: async (_, pinOptions, allocations) => {
        events.push(
          `pinned ${pinOptions.name} ${pinOptions.mode} ${String(pinOptions.pinUpdate)} on ${allocations.length}`
        )
      }
    })
    const params = { ...defaultAddParams(), name: 'n', mode: 'direct' as const }
    for await (const { name } of component.add(toAsync([file('d/a', '1')]), params)) events.push(name)
    expect(events).toEqual(['d/a', 'stored', 'pinned n recursive null on 1', 'd'])
  })
})

describe('back-pressure', () => {
  it('holds up the reading of content while the sink is behind', async () => {
    let isFree = Promise.withResolvers<void>()
    let taken = 0
    let read = 0
    const sink = new MemorySink()
    const waits: Promise<void>[] = []
    Object.assign(sink, {
      put: ({ data }: { data: Uint8Array }) => {
        taken += data.length
        if (taken < 2 ** 20) return undefined
        waits.push(isFree.promise)
        return isFree.promise
      }
    })
    const content = async function* (): AsyncGenerator<Uint8Array> {
      for (; read < 64 * 2 ** 20; read += 65_536) yield new Uint8Array(65_536)
    }
    const done = runAdd([file('f', content())], {}, { sink })
    while (waits.length === 0) await new Promise(setImmediate)
    for (let i = 0; i < 100; i++) await new Promise(setImmediate)
    expect(read).toBeLessThan(2 * 2 ** 20)
    isFree.resolve()
    isFree = Promise.withResolvers<void>()
    isFree.resolve()
    expect((await done).error).toBeUndefined()
    expect(read).toBe(64 * 2 ** 20)
  })

  it('lets others have their turn while the nodes of a large folder are made', async () => {
    // Nothing here waits for anything outside, so without it there would be no turn at all.
    const files = Array.from({ length: 20_000 }, (_, i) => file(`folder/${i}`, ''))
    let turns = 0
    let timer = setImmediate(function count() {
      turns++
      timer = setImmediate(count)
    })
    const { error } = await runAdd(files)
    clearImmediate(timer)
    expect(error).toBeUndefined()
    expect(turns).toBeGreaterThan(1)
  })
})
