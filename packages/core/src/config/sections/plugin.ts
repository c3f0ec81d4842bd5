import { text } from '../kinds.ts'
import { option, section } from '../option.ts'
import type { ConfigOf, Section } from '../option.ts'
import { anything } from '../settings.ts'

export type PluginConfig = ConfigOf<typeof allocatorPluginSection>

const options = {
  module: option(text, {
    default: '',
    doc: 'File of an ECMAScript module, relative to the folder of the peer.'
  }),
  options: option(anything, {
    default: null,
    absent: 'zero',
    written: 'filled',
    doc: 'Given to the module as it is.'
  })
}

export const allocatorPluginSection = pluginSection(
  'allocator',
  'Decides which peers get a pin, in place of `balanced`.'
)

export const informerPluginSection = pluginSection('informer', 'Measures something of this peer, besides the others.')

/** A module of the user's own. Two components have this key, so errors name it with its group. */
function pluginSection(part: 'allocator' | 'informer', doc: string): Section<typeof options> {
  return section({
    key: `${part}.plugin`,
    env: `CLUSTER_${part.toUpperCase()}PLUGIN`,
    goStruct: 'jsonConfig',
    byHand: true,
    doc: `${doc} A Go peer ignores this section.`,
    options,
    checks: [
      {
        key: 'module',
        failure: ({ module }) => (module === '' ? `${part}.plugin.module is undefined` : undefined)
      }
    ]
  })
}
