import { describe, expect, it } from '@jest/globals'
import type { Write } from '@ipfs-cluster/core/datastore'
import { LevelDatastore } from '../../src/datastore/level-datastore.ts'
import type { Level } from '../../src/datastore/level-reader.ts'
import { WriteQueue } from '../../src/datastore/write-queue.ts'

const puts = (name: string, count: number): Write[] =>
  Array.from({ length: count }, (_, i) => ({ type: 'put', key: `${name}${i}`, value: new Uint8Array(0) }))

const names = (writes: readonly Write[]): string => [...new Set(writes.map(({ key }) => key[0]))].join('')

/** A queue whose writes end when they are told to, and what was done in which order. */
function heldQueue(): { queue: WriteQueue<string>; done: string[]; next(): Promise<void> } {
  const done: string[] = []
  const held: (() => void)[] = []
  const queue = new WriteQueue<string>({
    prepare: (writes) => {
      done.push(`prepare ${names(writes)}`)
      return names(writes)
    },
    write: (writes, sync, batch) => {
      done.push(`write ${names(writes)}${sync ? ' synced' : ''}${batch === undefined ? '' : ` as ${batch}`}`)
      return new Promise((resolve) => held.push(resolve))
    }
  })
  const next = async (): Promise<void> => {
    held.shift()?.()
    await new Promise(setImmediate)
  }
  return { queue, done, next }
}

describe('WriteQueue', () => {
  it('puts a large batch together while another is written, and writes it alone and in its turn', async () => {
    const { queue, done, next } = heldQueue()
    const all = [
      queue.add(puts('a', 1000), false),
      queue.add(puts('b', 1), false),
      queue.add(puts('c', 1000), true),
      queue.add(puts('d', 1), false),
      queue.add(puts('e', 1), false)
    ]
    expect(done).toEqual(['write a', 'prepare c'])
    for (let i = 0; i < 4; i++) await next()
    await Promise.all(all)
    expect(done).toEqual(['write a', 'prepare c', 'write b', 'write c synced as c', 'write de'])
  })
})

describe('LevelDatastore', () => {
  it('puts a batch together anew that was begun before the store was reopened', async () => {
    const written: string[] = []
    const closed = Object.assign(new Error('Batch is not open'), { code: 'LEVEL_BATCH_NOT_OPEN' })
    let batches = 0
    const db = {
      status: 'open',
      open: async () => {},
      close: async () => {},
      batch: () => {
        const number = batches++
        const keys: string[] = []
        return {
          put: (key: string) => keys.push(key[0] ?? ''),
          write: async () => {
            // The second is put together while the first is written.
            if (number === 1) throw closed
            written.push(`${number}: ${new Set(keys).size} of ${keys.length}`)
          }
        }
      }
    } as unknown as Level
    class TestDatastore extends LevelDatastore<Level> {
      async approximateSize(): Promise<number> {
        return 0
      }
    }
    const datastore = new TestDatastore('test', () => db)
    await datastore.open()
    await Promise.all([datastore.batch(puts('a', 1)), datastore.batch(puts('b', 1000))])
    expect(written).toEqual(['0: 1 of 1', '2: 1 of 1000'])
  })
})
