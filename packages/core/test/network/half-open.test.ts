import { expect, it } from '@jest/globals'
import { MAX_HALF_OPEN_PER_HOST } from '../../src/network/defaults.ts'
import { HalfOpen } from '../../src/network/half-open.ts'

it('closes the oldest of a host that has too many, and none of another host', () => {
  const halfOpen = new HalfOpen()
  const closed: string[] = []
  const add = (host: string, name: string): (() => void) => halfOpen.add(host, () => closed.push(name))
  const release = add('10.0.0.1', 'first')
  add('10.0.0.2', 'other')
  for (let i = 1; i < MAX_HALF_OPEN_PER_HOST; i++) add('10.0.0.1', `${i}`)
  expect(closed).toEqual([])
  add('10.0.0.1', 'one more')
  expect(closed).toEqual(['first'])
  release()
  add('10.0.0.1', 'another')
  expect(closed).toEqual(['first', '1'])
})
