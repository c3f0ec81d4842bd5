import { expect, it } from '@jest/globals'
import { Key } from 'interface-datastore'
import { BoundedDatastore } from '../../src/network/bounded-datastore.ts'
import { MAX_RECORDS } from '../../src/network/defaults.ts'

it('keeps the newest of each kind', () => {
  const store = new BoundedDatastore()
  store.put(new Key('/peers/a'), Uint8Array.of(1))
  for (let i = 0; i <= MAX_RECORDS; i++) store.put(new Key(`/dht/${i}`), Uint8Array.of(2))
  expect(store.has(new Key('/dht/0'))).toBe(false)
  expect(store.has(new Key('/dht/1'))).toBe(true)
  expect(store.has(new Key('/peers/a'))).toBe(true)
  store.delete(new Key('/dht/1'))
  store.put(new Key('/dht/another'), Uint8Array.of(3))
  expect(store.has(new Key('/dht/2'))).toBe(true)
})
