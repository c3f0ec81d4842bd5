import { address, bool, duration, float, text } from '../kinds.ts'
import { option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'

export type MetricsConfig = ConfigOf<typeof metricsSection>
export type TracingConfig = ConfigOf<typeof tracingSection>

export const metricsSection = section({
  key: 'metrics',
  env: 'CLUSTER_METRICS',
  goStruct: 'jsonMetricsConfig',
  doc: 'Figures for Prometheus.',
  options: {
    enable_stats: option(bool, { default: false, absent: 'zero', doc: 'Serve them.' }),
    prometheus_endpoint: option(address, {
      default: '/ip4/127.0.0.1/tcp/8888',
      absent: 'zero',
      failure: (reason) => `loadMetricsOptions: PrometheusEndpoint multiaddr: ${reason}`,
      doc: 'Where they are served. Nobody is asked for a password there.'
    }),
    reporting_interval: option(duration, { default: 30_000, doc: 'How often they are brought up to date.' })
  },
  checks: [
    {
      key: 'reporting_interval',
      failure: ({ enableStats, reportingInterval }) =>
        enableStats && reportingInterval < 0 ? 'metrics.reporting_interval is invalid' : undefined
    }
  ]
})

export const tracingSection = section({
  key: 'tracing',
  env: 'CLUSTER_TRACING',
  goStruct: 'jsonTracingConfig',
  doc: 'Traces of requests.',
  options: {
    enable_tracing: option(bool, { default: false, absent: 'zero', doc: 'Record them.' }),
    jaeger_agent_endpoint: option(address, {
      default: '/ip4/0.0.0.0/udp/6831',
      absent: 'zero',
      failure: (reason) => `loadTracingOptions: JaegerAgentEndpoint multiaddr: ${reason}`,
      doc: 'Where they go.'
    }),
    sampling_prob: option(float, { default: 0.3, absent: 'zero', doc: 'Share of requests that are traced, 0 to 1.' }),
    service_name: option(text, { default: 'cluster-daemon', absent: 'zero', doc: 'Name under which they are found.' })
  },
  checks: [
    {
      key: 'sampling_prob',
      failure: ({ enableTracing, samplingProb }) =>
        enableTracing && samplingProb < 0 ? 'tracing.sampling_prob is invalid' : undefined
    }
  ]
})
