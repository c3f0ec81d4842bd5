import { DEFAULT_METRIC_TTL, DEFAULT_WEIGHT_BUCKET_SIZE } from './defaults.ts'
import type { Informer } from './interface.ts'

/** Settings of the queue informer: section `informer.pinqueue` of service.json. */
export interface PinqueueInformerInit {
  /** Milliseconds that a reading is valid. */
  metricTtl?: number
  /** Pins that count as one when peers are compared; 0: each counts. */
  weightBucketSize?: number
}

export interface PinqueueInformerComponents {
  tracker: { queueSize(): number }
}

/** How many pins wait here. */
export function pinqueueInformer(
  init: PinqueueInformerInit = {}
): (components: PinqueueInformerComponents) => Informer {
  const { metricTtl = DEFAULT_METRIC_TTL, weightBucketSize = DEFAULT_WEIGHT_BUCKET_SIZE } = init
  return ({ tracker }) => ({
    name: 'pinqueue',
    ttl: metricTtl,
    read: async () => {
      const size = tracker.queueSize()
      const buckets = weightBucketSize > 0 ? Math.trunc(size / weightBucketSize) : size
      return [{ name: 'pinqueue', value: String(size), weight: -BigInt(buckets) }]
    }
  })
}
