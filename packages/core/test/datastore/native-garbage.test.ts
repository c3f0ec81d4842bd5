import { describe, expect, it } from '@jest/globals'
import { MAX_NATIVE_GARBAGE } from '../../src/datastore/defaults.ts'
import { NativeGarbage } from '../../src/datastore/native-garbage.ts'

describe('memory that V8 does not know of', () => {
  it('is collected when there is enough of it, and counted from nothing again', () => {
    let collections = 0
    const garbage = new NativeGarbage(() => collections++)
    garbage.add(MAX_NATIVE_GARBAGE - 1)
    expect(collections).toBe(0)
    garbage.add(1)
    expect(collections).toBe(1)
    garbage.add(MAX_NATIVE_GARBAGE - 1)
    expect(collections).toBe(1)
    garbage.add(MAX_NATIVE_GARBAGE)
    expect(collections).toBe(2)
  })
})
