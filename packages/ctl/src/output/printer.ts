import type { JsonValue } from '@ipfs-cluster/api'

/** The two forms in which a value is printed. */
export interface Printer<T> {
  /** Whole lines, each with its line feed. */
  text(value: T): string
  json(value: T): JsonValue
}
