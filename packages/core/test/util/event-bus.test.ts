import { describe, expect, it } from '@jest/globals'
import { EventBus } from '../../src/util/event-bus.ts'

describe('EventBus', () => {
  it('tells all who listen, until they no longer do', () => {
    const bus = new EventBus<{ changed: number }>()
    const heard: string[] = []
    expect(bus.hasListeners('changed')).toBe(false)
    const off = bus.on('changed', (n) => heard.push(`a${n}`))
    bus.on('changed', (n) => heard.push(`b${n}`))
    bus.emit('changed', 1)
    off()
    bus.emit('changed', 2)
    expect(heard).toEqual(['a1', 'b1', 'b2'])
  })

  it('goes on when a listener throws', () => {
    const errors: unknown[] = []
    const bus = new EventBus<{ changed: number }>((err) => errors.push(err))
    const heard: number[] = []
    const failure = new Error('listener')
    bus.on('changed', () => {
      throw failure
    })
    bus.on('changed', (n) => heard.push(n))
    bus.emit('changed', 7)
    expect(heard).toEqual([7])
    expect(errors).toEqual([failure])
  })

  it('keeps two subscriptions of one function apart', () => {
    const bus = new EventBus<{ changed: number }>()
    let count = 0
    const listener = (): void => void count++
    const off = bus.on('changed', listener)
    bus.on('changed', listener)
    off()
    bus.emit('changed', 1)
    expect(count).toBe(1)
  })
})
