import { DEFAULT_METRIC_TTL } from './defaults.ts'
import type { Informer } from './interface.ts'

/** Settings of the tags informer: section `informer.tags` of service.json. */
export interface TagsInformerInit {
  /** Milliseconds that a reading is valid. */
  metricTtl?: number
  /** Names and values, such as a region or a rack. */
  tags?: Readonly<Record<string, string>> | null
}

/** What the user says of this peer, so that pins can be spread over groups of peers. */
export function tagsInformer(init: TagsInformerInit = {}): () => Informer {
  const { metricTtl = DEFAULT_METRIC_TTL, tags } = init
  const readings = Object.entries(tags ?? {}).map(([key, value]) => ({
    name: `tag:${key}`,
    value,
    partitionable: true
  }))
  return () => ({ name: 'tags', ttl: metricTtl, read: async () => readings })
}
