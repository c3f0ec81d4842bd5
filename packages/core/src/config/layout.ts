import type { Camel, ConfigOf, Section } from './option.ts'
import { badgerSection } from './sections/badger.ts'
import { badger3Section } from './sections/badger3.ts'
import { balancedSection } from './sections/balanced.ts'
import { clusterSection } from './sections/cluster.ts'
import { crdtSection } from './sections/crdt.ts'
import { pinsvcapiSection, restapiSection } from './sections/http-api.ts'
import { diskSection, numpinSection, pinqueueSection, tagsSection } from './sections/informers.ts'
import { ipfsNodeSection } from './sections/ipfs-node.ts'
import { ipfshttpSection } from './sections/ipfshttp.ts'
import { ipfsproxySection } from './sections/ipfsproxy.ts'
import { leveldbSection } from './sections/leveldb.ts'
import { metricsSection, tracingSection } from './sections/observations.ts'
import { pebbleSection } from './sections/pebble.ts'
import { allocatorPluginSection, informerPluginSection } from './sections/plugin.ts'
import { pubsubmonSection } from './sections/pubsubmon.ts'
import { raftSection } from './sections/raft.ts'
import { statelessSection } from './sections/stateless.ts'

/** Components by the key of the group that they stand in, in the order in which the Go release writes them. */
export const LAYOUT = {
  consensus: { crdt: crdtSection, raft: raftSection },
  api: { ipfsproxy: ipfsproxySection, pinsvcapi: pinsvcapiSection, restapi: restapiSection },
  ipfs_connector: { ipfshttp: ipfshttpSection },
  pin_tracker: { stateless: statelessSection },
  monitor: { pubsubmon: pubsubmonSection },
  allocator: { balanced: balancedSection, plugin: allocatorPluginSection },
  informer: {
    disk: diskSection,
    numpin: numpinSection,
    pinqueue: pinqueueSection,
    plugin: informerPluginSection,
    tags: tagsSection
  },
  observations: { metrics: metricsSection, tracing: tracingSection },
  datastore: { badger: badgerSection, badger3: badger3Section, leveldb: leveldbSection, pebble: pebbleSection }
} as const

/** Groups whose components every peer has: one that is absent from the file gets its defaults. */
const ALWAYS = ['ipfs_connector', 'pin_tracker', 'monitor', 'allocator', 'observations'] as const

type Layout = typeof LAYOUT
type GroupKey = keyof Layout
type AlwaysKey = (typeof ALWAYS)[number]
type ByHand = 'plugin'
type Components<G extends GroupKey> = {
  -readonly [C in Exclude<keyof Layout[G], ByHand>]: ConfigOf<Layout[G][C]>
} & { -readonly [C in Extract<keyof Layout[G], ByHand>]?: ConfigOf<Layout[G][C]> }

/**
 * service.json, read. A component that the file does not have is absent, except for those that every peer has.
 */
export type ServiceConfig = {
  cluster: ConfigOf<typeof clusterSection>
  /** The embedded IPFS node; absent unless the peer was made with one. */
  ipfsNode?: ConfigOf<typeof ipfsNodeSection>
} & {
  [G in GroupKey as Camel<G>]: G extends AlwaysKey ? Components<G> : Partial<Components<G>>
}

/** One component of the file, with the keys that lead to it. */
export interface Component {
  /** Keys in the file: `['api', 'restapi']`, `['cluster']`. */
  readonly path: readonly [string] | readonly [string, string]
  readonly section: Section
  /** Whether the peer has it even when the file does not. */
  readonly always: boolean
}

/** All components, in the order of the file. */
export const COMPONENTS: readonly Component[] = [
  { path: ['cluster'], section: clusterSection, always: false },
  ...Object.entries(LAYOUT).flatMap(([group, components]) =>
    Object.entries(components).map(([key, section]): Component => ({
      path: [group, key],
      section: section as Section,
      always: (ALWAYS as readonly string[]).includes(group) && (section as Section).byHand !== true
    }))
  ),
  { path: ['ipfs_node'], section: ipfsNodeSection, always: false }
]
