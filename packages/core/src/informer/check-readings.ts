import { MAX_NAME_LENGTH, MAX_READINGS, MAX_VALUE_LENGTH } from './defaults.ts'
import { isInt64 } from './int64.ts'
import type { Reading } from './interface.ts'

/** What an informer gave, sorted into what can be told and what cannot, with the reasons. */
export interface CheckedReadings {
  readings: Reading[]
  faults: string[]
}

/**
 * Takes the readings of an informer that may be wrong.
 *
 * @throws TypeError when they are no list of at most 64
 */
export function checkReadings(answer: unknown): CheckedReadings {
  if (!Array.isArray(answer)) throw new TypeError('what it reads is not a list')
  if (answer.length > MAX_READINGS) throw new TypeError(`it reads ${answer.length} metrics, more than ${MAX_READINGS}`)
  const checked: CheckedReadings = { readings: [], faults: [] }
  for (const each of answer as unknown[]) {
    const reading = readingOf(each)
    if (typeof reading === 'string') checked.faults.push(reading)
    else checked.readings.push(reading)
  }
  return checked
}

/** The reading, or what is wrong with it. */
function readingOf(value: unknown): Reading | string {
  if (typeof value !== 'object' || value === null) return 'a reading is not an object'
  const { name, value: text, weight: given = 0n, partitionable = false } = value as Record<string, unknown>
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_LENGTH) return 'a reading has no usable name'
  if (name === 'ping') return 'the metric ping is not for plugins'
  if (typeof text !== 'string' || text.length > MAX_VALUE_LENGTH) {
    return `the value of ${name} is not a text of up to ${MAX_VALUE_LENGTH} characters`
  }
  if (typeof partitionable !== 'boolean') return `partitionable of ${name} is not true or false`
  const weight = weightOf(given)
  if (weight === undefined) return `the weight of ${name}, ${String(given)}, is not a whole number that fits in 64 bits`
  return { name, value: text, weight, partitionable }
}

/** A number is as good as a bigint where it is exact. */
function weightOf(given: unknown): bigint | undefined {
  const weight = typeof given === 'number' && Number.isSafeInteger(given) ? BigInt(given) : given
  return typeof weight === 'bigint' && isInt64(weight) ? weight : undefined
}
