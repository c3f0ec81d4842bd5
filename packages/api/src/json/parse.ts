import type { JsonValue } from './value.ts'

/** What a reviver is told of a number or text: its source. Not yet among the types of TypeScript. */
interface ReviverContext {
  source?: string
}

const LONG_NUMBER = /\d{16}/
const INTEGER = /^-?\d+$/

/**
 * Reads JSON; an integer that a double cannot hold becomes a bigint. Costs no more than `JSON.parse` for a document
 * without a run of 16 digits. (An engine without source text access, older than 2025, gives the nearest double.)
 *
 * @throws SyntaxError when the text is not JSON
 */
export function parseJSON(text: string): JsonValue {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text) as JsonValue
  return JSON.parse(text, reviveInteger) as JsonValue
}

function reviveInteger(_key: string, value: unknown, context?: ReviverContext): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  return source !== undefined && INTEGER.test(source) ? BigInt(source) : value
}
