import { duration } from '../kinds.ts'
import { option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'
import { above0 } from './checks.ts'

export type PubsubmonConfig = ConfigOf<typeof pubsubmonSection>

export const pubsubmonSection = section({
  key: 'pubsubmon',
  env: 'CLUSTER_PUBSUBMON',
  goStruct: 'jsonConfig',
  doc: 'What this peer hears of the others.',
  options: {
    check_interval: option(duration, {
      default: 15_000,
      absent: 'zero',
      unreadable: 'zero',
      ...above0('pubsubmon.check_interval too low'),
      doc: 'How often metrics are checked for peers that have gone silent.'
    })
  }
})
