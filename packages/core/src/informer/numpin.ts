import type { AbortOptions } from '../util/startable.ts'
import { DEFAULT_NUMPIN_TTL } from './defaults.ts'
import type { Informer } from './interface.ts'

/** Settings of the pin informer: section `informer.numpin` of service.json, which `init` does not write. */
export interface NumpinInformerInit {
  /** Milliseconds that a reading is valid. The node lists its pins twice in that time. */
  metricTtl?: number
}

export interface NumpinInformerComponents {
  ipfs: { pins(kinds: readonly ('recursive' | 'direct')[], options?: AbortOptions): AsyncIterable<unknown> }
}

/** How many pins the IPFS node has; the fewer, the better. */
export function numpinInformer(init: NumpinInformerInit = {}): (components: NumpinInformerComponents) => Informer {
  const { metricTtl = DEFAULT_NUMPIN_TTL } = init
  return ({ ipfs }) => ({
    name: 'numpin',
    ttl: metricTtl,
    read: async (options) => {
      let count = 0
      for await (const _ of ipfs.pins(['recursive', 'direct'], options)) count++
      return [{ name: 'numpin', value: String(count), weight: -BigInt(count) }]
    }
  })
}
