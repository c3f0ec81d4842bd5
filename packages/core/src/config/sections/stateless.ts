import { duration, int } from '../kinds.ts'
import { option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'
import { above0 } from './checks.ts'

export type StatelessConfig = ConfigOf<typeof statelessSection>

export const statelessSection = section({
  key: 'stateless',
  env: 'CLUSTER_STATELESS',
  goStruct: 'jsonConfig',
  doc: 'How this peer works off what it has to pin.',
  options: {
    max_pin_queue_size: option(int, {
      default: 1_000_000,
      written: 'changed',
      ...above0('statelesstracker.max_pin_queue_size too low'),
      doc: 'Pins that may wait. A pin beyond that fails, and is taken up when half of the queue is free.'
    }),
    concurrent_pins: option(int, {
      default: 10,
      ...above0('statelesstracker.concurrent_pins is too low'),
      doc: 'Pins at the same time. More is faster if the IPFS node and the network keep up.'
    }),
    priority_pin_max_age: option(duration, {
      default: 86_400_000,
      ...above0('statelesstracker.priority_pin_max_age is too low'),
      doc: 'Age at which a pin loses its priority.'
    }),
    priority_pin_max_retries: option(int, {
      default: 5,
      ...above0('statelesstracker.priority_pin_max_retries is too low'),
      doc: 'Failures after which a pin loses its priority.'
    })
  }
})
