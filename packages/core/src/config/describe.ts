import { stringify } from '@ipfs-cluster/api'
import { variablesOf } from './env.ts'
import type { Section } from './option.ts'

/** What the documentation says about one option. */
export interface OptionDoc {
  /** Keys from the section down, with dots. */
  key: string
  /** Environment variable. */
  env: string
  allowed: string
  /** The default as it stands in the file; "random" and the like where it differs by machine. */
  default: string
  doc: string
}

/** Every option of a section, for the reference pages. */
export function describeSection(section: Section): OptionDoc[] {
  return [...variablesOf(section)].map(({ name, path, option }) => ({
    key: [section.key, ...path].join('.'),
    env: name,
    allowed: option.range === undefined ? option.kind.allowed : `${option.kind.allowed}, ${option.range}`,
    default: typeof option.default === 'function' ? 'made by init' : stringify(option.kind.write(option.default)),
    doc: option.doc
  }))
}
