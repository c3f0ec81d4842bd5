import { describe, expect, it } from '@jest/globals'
import { collectGarbage } from '../../src/util/collect-garbage.ts'

describe('collectGarbage', () => {
  it.each(['usual', 'thorough'] as const)('collects what nobody holds any more, as a %s one', async (thoroughness) => {
    const held = new WeakRef(Buffer.alloc(1024))
    await collectGarbage(thoroughness)
    await collectGarbage(thoroughness)
    expect(held.deref()).toBeUndefined()
  })
})
