import type { Alert, Metric } from '../metric.ts'
import { bigInteger, boolean, field, struct, text } from './codec.ts'
import type { JsonCodec, JsonFields } from './codec.ts'
import { document } from './document.ts'
import { peerId } from './kinds/address.ts'
import { time } from './kinds/time.ts'

const metricFields: JsonFields<Metric> = {
  name: field('name', text),
  peer: field('peer', peerId),
  value: field('value', text),
  expire: field('expire', bigInteger),
  valid: field('valid', boolean),
  weight: field('weight', bigInteger),
  partitionable: field('partitionable', boolean),
  receivedAt: field('received_at', bigInteger)
}

export const metricCodec: JsonCodec<Metric> = struct<Metric>(metricFields)

export const alertCodec: JsonCodec<Alert> = struct<Alert>({
  ...metricFields,
  triggeredAt: field('triggered_at', time)
})

export const { toJSON: metricToJSON, fromJSON: metricFromJSON } = document(metricCodec)
export const { toJSON: alertToJSON, fromJSON: alertFromJSON } = document(alertCodec)
