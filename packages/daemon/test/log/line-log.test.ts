import { setImmediate as endOfTurn } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { LineLog, readLogLevels } from '../../src/index.ts'

const LINE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t(\w+)\t(\w+)\t-\t(.*)$/

function open(): { writes: string[]; log: LineLog } {
  const writes: string[] = []
  const { levels } = readLogLevels({ debug: false, loglevel: 'info' })
  return { writes, log: new LineLog(levels, { write: (text: string) => writes.push(text) }) }
}

describe('LineLog', () => {
  it('writes lines with time, level, component and message', () => {
    const { writes, log } = open()
    log.forComponent('crdt').info('hello')
    expect(LINE.exec(writes.join('').trimEnd())?.slice(1)).toEqual(['INFO', 'crdt', 'hello'])
  })

  it('leaves out what is below the level', () => {
    const { writes, log } = open()
    log.forComponent('crdt').debug('hello')
    expect(writes).toEqual([])
  })

  it('writes the first line of a turn at once, and those after it together at its end', async () => {
    const { writes, log } = open()
    const { info } = log.forComponent('crdt')
    for (const word of ['a', 'b', 'c']) info(word)
    expect(writes).toHaveLength(1)
    await endOfTurn()
    expect(writes.map((text) => text.split('\n').length - 1)).toEqual([1, 2])
    info('d')
    expect(writes).toHaveLength(3)
    expect(messagesOf(writes)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('writes a warning at once, behind what was held back', () => {
    const { writes, log } = open()
    const { info, warn, error } = log.forComponent('crdt')
    info('a')
    info('b')
    warn('c')
    info('d')
    error('e')
    expect(messagesOf(writes)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('holds back no more than so much', () => {
    const { writes, log } = open()
    const { info } = log.forComponent('crdt')
    for (let i = 0; i < 100; i++) info('x'.repeat(1000))
    expect(writes.join('').length).toBeGreaterThan(64 * 1024)
  })

  it('writes what is held back when the process ends', async () => {
    const { writes, log } = open()
    const { info } = log.forComponent('crdt')
    await endOfTurn()
    const before = process.listeners('exit')
    info('a')
    info('b')
    const [onExit] = process.listeners('exit').filter((listener) => !before.includes(listener))
    onExit?.(0)
    expect(messagesOf(writes)).toEqual(['a', 'b'])
    await endOfTurn()
    expect(process.listeners('exit')).toEqual(before)
  })
})

function messagesOf(writes: readonly string[]): (string | undefined)[] {
  return writes
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => LINE.exec(line)?.[3])
}
