import type { ServiceConfig } from '@ipfs-cluster/core/config'
import type { Logger } from '@ipfs-cluster/core/util'

/** Says what the configuration or the command line asks for and this release does not do, see docs/differences.md. */
export function tellNotThereYet({ observations }: ServiceConfig, log: Logger): void {
  if (observations.metrics.enableStats) log.warn('metrics for Prometheus are not there yet: nothing is served')
  if (observations.tracing.enableTracing) log.warn('tracing is not there yet: nothing is recorded')
}
