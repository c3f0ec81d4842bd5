import type { Metric } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { msgpack } from '../codec/index.ts'

/** The topic on which peers tell their metrics, in every cluster (spec: wire 5). */
export const METRICS_TOPIC = 'monitor.metrics'

/** In front of the metrics of peers up to v0.13.3. */
const OLD_PREFIX = Buffer.from('\x09/msgpack\n')

/** Names and values of peers are far below; what is longer is there to fill our memory. */
const MAX_NAME = 256
const MAX_VALUE = 64 * 1024

/** The message that tells others of a metric; when it was received is theirs to say. */
export function encodeMetric(metric: Metric): Uint8Array {
  return msgpack.encodeMsgpack(msgpack.metricMsgpack, { ...metric, receivedAt: 0n })
}

/**
 * Reads such a message, also of old peers. As in Go, what follows the metric does not matter.
 *
 * @throws ClusterError `ERR_BAD_ENCODING` when it is no metric, or one that no peer would send
 */
export function decodeMetric(message: Uint8Array): Metric {
  const isOld = OLD_PREFIX.equals(message.subarray(0, OLD_PREFIX.length))
  const reader = new msgpack.MsgpackReader(isOld ? message.subarray(OLD_PREFIX.length) : message)
  const metric = msgpack.readValue(msgpack.metricMsgpack, reader)
  if (metric.name === '' || metric.peer === '') throw new ClusterError('ERR_BAD_ENCODING', 'a metric of nothing')
  if (metric.name.length > MAX_NAME || metric.value.length > MAX_VALUE) {
    throw new ClusterError('ERR_BAD_ENCODING', 'a metric that is too long')
  }
  return metric
}
