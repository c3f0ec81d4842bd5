import { list } from '../kinds.ts'
import { option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'

export type BalancedConfig = ConfigOf<typeof balancedSection>

export const balancedSection = section({
  key: 'balanced',
  env: 'CLUSTER_BALANCED',
  goStruct: 'jsonConfig',
  doc: 'Which peers get a pin.',
  options: {
    allocate_by: option(list, {
      default: ['tag:group', 'freespace'],
      check: (value) => (value.length === 0 ? 'metricalloc.allocate_by is invalid' : undefined),
      range: 'at least one',
      doc: 'Metrics by which peers are grouped, the last one by which they are ordered within a group.'
    })
  }
})
