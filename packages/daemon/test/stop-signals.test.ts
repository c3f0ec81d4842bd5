import process from 'node:process'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { StopSignals } from '../src/stop-signals.ts'

describe('signals to stop', () => {
  it('end in order, then warn, then end at once', async () => {
    const written: string[] = []
    const exits: number[] = []
    {
      using stop = new StopSignals({ write: (text) => written.push(text) }, (status) => exits.push(status))
      const received = stop.received()
      expect(stop.signal.aborted).toBe(false)
      process.emit('SIGTERM')
      await received
      expect([written, exits]).toEqual([[], []])
      process.emit('SIGINT')
      expect(written.join('')).toContain('Shutdown is taking too long! Press Ctrl-c again to manually kill cluster.')
      expect(exits).toEqual([])
      process.emit('SIGHUP')
      expect(written.at(-1)).toBe('exiting cluster NOW')
      expect(exits).toEqual([1])
      await stop.received()
    }
    expect(process.listenerCount('SIGHUP')).toBe(0)
  })

  it('come from the end of a stream too, when one is followed', async () => {
    using stop = new StopSignals({ write: () => {} })
    const input = new PassThrough()
    stop.followEndOf(input)
    input.write('something')
    expect(stop.signal.aborted).toBe(false)
    input.end()
    await stop.received()
  })
})
