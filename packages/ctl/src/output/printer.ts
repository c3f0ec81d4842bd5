import type { JsonValue } from '@ipfs-cluster/api'
import type { Paint } from './paint.ts'

/** The forms in which a value is printed. */
export interface Printer<T> {
  /** Whole lines, each with its line feed. Without a paint they are those of the Go release. */
  text(value: T, paint?: Paint): string
  json(value: T): JsonValue
  readonly table: Table<T>
}

/** A value as rows of a table. */
export interface Table<T> {
  readonly head: readonly string[]
  rows(value: T): readonly (readonly string[])[]
}
