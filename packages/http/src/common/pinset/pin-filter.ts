import type { PinSummary } from '@ipfs-cluster/core/codec'

/** How a name is compared with the one that is asked for. */
export type Match = 'exact' | 'iexact' | 'partial' | 'ipartial'
export const MATCHES: readonly Match[] = ['exact', 'iexact', 'partial', 'ipartial']

/** Which pins are asked for, as far as the pinset alone can tell. */
export interface PinFilter {
  /** Empty: any. */
  readonly name: string
  readonly match: Match
  /** Created before and after this, in milliseconds since the Unix epoch; neither counts itself. */
  readonly before: number
  readonly after: number
  /** All of these must be in the metadata of the pin. */
  readonly metadata: ReadonlyMap<string, string>
}

/** A filter that is ready to be put to many pins. */
export type PinTest = (pin: Pick<PinSummary, 'name' | 'metadata'>, created: number) => boolean

export function pinTest(filter: PinFilter): PinTest {
  const { before, after, metadata } = filter
  const hasName = nameTest(filter)
  const wanted = [...metadata]
  return (pin, created) =>
    created < before &&
    created > after &&
    hasName(pin.name) &&
    wanted.every(([key, value]) => pin.metadata?.get(key) === value)
}

function nameTest({ name, match }: PinFilter): (given: string) => boolean {
  if (name === '') return () => true
  const lower = name.toLowerCase()
  switch (match) {
    case 'exact':
      return (given) => given === name
    case 'iexact':
      return (given) => given.toLowerCase() === lower
    case 'partial':
      return (given) => given.includes(name)
    case 'ipartial':
      return (given) => given.toLowerCase().includes(lower)
  }
}
