import { beforeEach, describe, expect, it } from '@jest/globals'
import { IdleCollector } from '../src/idle-collector.ts'

const MIB = 1024 * 1024

/** A process that is told what it does. */
class ToldProcess {
  time = 1000
  used = 0
  size = 60 * MIB
  smallest = 25 * MIB
  collections = 0
  readonly collector = new IdleCollector({
    now: () => this.time,
    processorTime: () => this.used,
    heapSize: () => this.size,
    collect: async () => {
      this.collections++
      this.time += 100
      this.used += 100
      this.size = this.smallest
    }
  })

  /** Some seconds in which it uses a share of a core. @returns how often it has collected by then */
  async pass(seconds: number, share: number): Promise<number> {
    for (let i = 0; i < seconds; i++) {
      this.time += 1000
      this.used += 1000 * share
      await this.collector.look()
    }
    return this.collections
  }
}

describe('the collector of an idle process', () => {
  let told: ToldProcess

  beforeEach(() => {
    told = new ToldProcess()
  })

  it('waits until the process rests, and collects once', async () => {
    expect(await told.pass(60, 0.5)).toBe(0)
    expect(await told.pass(2, 0.01)).toBe(1)
    expect(await told.pass(600, 0.01)).toBe(1)
  })

  it('collects again when the heap has grown', async () => {
    await told.pass(300, 0)
    told.size += 23 * MIB
    expect(await told.pass(30, 0)).toBe(1)
    told.size += 2 * MIB
    expect(await told.pass(30, 0)).toBe(2)
  })

  it('takes no more than a thousandth of the time, however fast the heap grows', async () => {
    let seconds = 0
    for (; seconds < 3000; seconds++) {
      told.size += 30 * MIB
      await told.pass(1, 0)
    }
    expect(told.collections).toBeGreaterThan(20)
    expect(told.collections * 0.1).toBeLessThanOrEqual((seconds + 100) / 1000)
  })

  it('counts what is left, where little could be given back', async () => {
    told.smallest = told.size
    expect(await told.pass(600, 0)).toBe(1)
  })
})
