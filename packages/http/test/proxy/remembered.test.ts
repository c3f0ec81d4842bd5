import { describe, expect, it } from '@jest/globals'
import { Remembered } from '../../src/proxy/remembered.ts'

describe('what is remembered', () => {
  it('is asked for once by all who want it at the same time', async () => {
    let asked = 0
    const value = new Remembered(async () => ++asked, { first: 0, ttl: 0, retry: 0 })
    expect(await Promise.all([value.get(), value.get()])).toEqual([1, 1])
    expect(await value.get()).toBe(1)
  })

  it('stands in for what cannot be had', async () => {
    let asked = 0
    const value = new Remembered(async () => (++asked === 2 ? Promise.reject(new Error('down')) : asked), {
      ...{ first: 0, ttl: 1e-6, retry: 1e-6 }
    })
    expect([await value.get(), await value.get(), await value.get()]).toEqual([1, 1, 3])
  })

  it('is not asked for again at once after a failure', async () => {
    let asked = 0
    const value = new Remembered(async () => Promise.reject(new Error(`${++asked}`)), {
      first: 0,
      ttl: 0,
      retry: 60_000
    })
    expect([await value.get(), await value.get(), asked]).toEqual([0, 0, 1])
  })
})
