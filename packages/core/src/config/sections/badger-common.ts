import { duration, float, text } from '../kinds.ts'
import { option } from '../option.ts'
import type { Option } from '../option.ts'

const RATIO_FAILURE = 'gc_discard_ratio must be more than 0 and less than 1'

/** The folder of a Badger store. */
export function badgerFolder(name: string): Option<string> {
  return option(text, { default: name, written: 'changed', doc: 'Its folder, relative to the configuration.' })
}

/** When Badger collects its garbage: the same in both versions. */
export const collection = {
  gc_discard_ratio: option(float, {
    default: 0.2,
    check: (value) => (value > 0 && value < 1 ? undefined : RATIO_FAILURE),
    range: 'between 0 and 1',
    doc: 'Share of a file that must be garbage before it is rewritten; kept, not used.'
  }),
  gc_interval: option(duration, {
    default: 900_000,
    failure: (reason) => `error parsing badger.gc_interval: ${reason}`,
    doc: 'How often garbage is collected; kept, not used.'
  }),
  gc_sleep: option(duration, {
    default: 10_000,
    failure: (reason) => `error parsing badger.gc_sleep: ${reason}`,
    doc: 'Pause between two rounds of it; kept, not used.'
  })
}
