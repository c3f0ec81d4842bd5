import type { JsonValue } from '@ipfs-cluster/api'

/** Reads what a route has answered with. Throws when it is not what was expected. */
export type ReadAnswer<T> = (value: JsonValue) => T

/**
 * Fetches the reader of one kind of answer. Readers are loaded when an answer of their kind is awaited: a program that
 * makes one request and ends would spend a good part of its time on all the others.
 */
export type Answer<T> = () => Promise<ReadAnswer<T>> | ReadAnswer<T>

/** An answer whose content says nothing. */
export const nothing: Answer<void> = () => () => undefined

/** An answer that is taken as it is. */
export const anything: Answer<JsonValue> = () => (value) => value

/** A token that stands for credentials; empty when there is none. */
export const token: Answer<string> = () => (value) => {
  const found = typeof value === 'object' && value !== null && 'token' in value ? value.token : undefined
  return typeof found === 'string' ? found : ''
}

/** A list of texts. */
export const texts: Answer<string[]> = () => readList(String)

/** A list of what a reader reads; anything else than a list is an empty one. */
export function readList<T>(read: ReadAnswer<T>): ReadAnswer<T[]> {
  return (value) => (Array.isArray(value) ? (value as readonly JsonValue[]).map(read) : [])
}
