/**
 * @packageDocumentation
 *
 * What the peers of a cluster know of one another: each tells its metrics by pubsub, keeps those of the others for as
 * long as they are valid, and raises an alert when one stays away. Bytes and rules are those of the Go release v1.1.6.
 *
 * @example
 * const metrics = monitor({ pingInterval: 15_000 })({ logger, peerId, pubsub: net.pubsub, ping, informers })
 * await startAll([net, metrics])
 * for (const { peer, value } of metrics.latest('freespace')) console.log(peer, value)
 * metrics.on('alert', ({ name, peer }) => console.log(`${name} of ${peer} has expired`))
 */
import type { Monitor, MonitorComponents, MonitorInit } from './interface.ts'
import { MetricsMonitor } from './metrics-monitor.ts'

export { Failures } from './failures.ts'
export type * from './interface.ts'
export { decodeMetric, encodeMetric, METRICS_TOPIC } from './metric-message.ts'
export { isUsable, MetricStore } from './metric-store.ts'

/** The monitor of a peer. */
export function monitor(init: MonitorInit = {}): (components: MonitorComponents) => Monitor {
  return (components) => new MetricsMonitor(components, init)
}
