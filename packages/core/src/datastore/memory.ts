import { MemoryLevel } from 'memory-level'
import type { KeyRange } from './interface.ts'
import { LevelDatastore } from './level-datastore.ts'

/** A store that lives as long as this object, closed or not. */
export class MemoryDatastore extends LevelDatastore<MemoryLevel<string, Uint8Array>> {
  constructor() {
    super('in memory', () => new MemoryLevel({ keyEncoding: 'utf8', valueEncoding: 'view' }))
  }

  async approximateSize(range: KeyRange): Promise<number> {
    let size = 0
    for await (const entries of this.entries(range)) {
      for (const { key, value } of entries) size += key.length + value.length
    }
    return size
  }
}
