import { choice, duration, int, map } from '../kinds.ts'
import { option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'
import { above0, notBelow0 } from './checks.ts'

export type NumpinConfig = ConfigOf<typeof numpinSection>
export type DiskConfig = ConfigOf<typeof diskSection>
export type PinqueueConfig = ConfigOf<typeof pinqueueSection>
export type TagsConfig = ConfigOf<typeof tagsSection>

const TYPE_FAILURE = 'disk.metric_type is invalid'

export const diskSection = section({
  key: 'disk',
  env: 'CLUSTER_DISK',
  goStruct: 'jsonConfig',
  doc: 'Tells the others how much room the IPFS node has.',
  options: {
    metric_ttl: option(duration, {
      default: 30_000,
      absent: 'zero',
      unreadable: 'zero',
      ...above0('disk.metric_ttl is invalid'),
      doc: 'How long the metric is valid; it is sent twice in that time.'
    }),
    metric_type: option(choice(['freespace', 'reposize'], TYPE_FAILURE), {
      default: 'freespace',
      absent: 'zero',
      failure: (reason) => reason,
      doc: 'The room that is left, or the room that is used.'
    })
  }
})

export const numpinSection = section({
  key: 'numpin',
  env: 'CLUSTER_NUMPIN',
  goStruct: 'jsonConfig',
  byHand: true,
  doc: 'Tells the others how many pins the IPFS node has, which lists them for it. A Go peer ignores this section.',
  options: {
    metric_ttl: option(duration, {
      default: 10_000,
      absent: 'zero',
      unreadable: 'zero',
      ...above0('numpin.metric_ttl is invalid'),
      doc: 'How long the metric is valid; it is sent twice in that time.'
    })
  }
})

export const pinqueueSection = section({
  key: 'pinqueue',
  env: 'CLUSTER_PINQUEUE',
  goStruct: 'jsonConfig',
  doc: 'Tells the others how many pins wait here.',
  options: {
    metric_ttl: option(duration, {
      default: 30_000,
      absent: 'zero',
      unreadable: 'zero',
      ...above0('pinqueue.metric_ttl is invalid'),
      doc: 'How long the metric is valid; it is sent twice in that time.'
    }),
    weight_bucket_size: option(int, {
      default: 100_000,
      absent: 'zero',
      ...notBelow0('pinqueue.WeightBucketSize is invalid'),
      doc: 'Pins that count as one when peers are compared.'
    })
  }
})

export const tagsSection = section({
  key: 'tags',
  env: 'CLUSTER_TAGS',
  goStruct: 'jsonConfig',
  doc: 'Tells the others the tags of this peer, so that pins can be spread over them.',
  options: {
    metric_ttl: option(duration, {
      default: 30_000,
      ...above0('tags.metric_ttl is invalid'),
      doc: 'How long the metric is valid; it is sent twice in that time.'
    }),
    tags: option(map, {
      default: { group: 'default' },
      absent: 'zero',
      doc: 'Names and values, such as a region or a rack; each becomes a metric `tag:NAME`.'
    })
  }
})
