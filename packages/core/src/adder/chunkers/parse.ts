import { ClusterError } from '@ipfs-cluster/api'
import { DEFAULT_CHUNK_SIZE, MAX_CHUNK_SIZE } from '../defaults.ts'
import { buzhashChunker } from './buzhash.ts'
import { RABIN_WINDOW, rabinChunker } from './rabin.ts'
import { sizeChunker } from './size.ts'
import type { Chunker } from './chunker.ts'

/**
 * The chunker that a text such as `size-262144`, `rabin-131072`, `rabin-65536-131072-262144` or `buzhash` names.
 *
 * @throws ClusterError `ERR_ADD_OPTION` with the words of the Go release
 */
export function parseChunker(text: string): Chunker {
  if (text === '' || text === 'default') return sizeChunker(DEFAULT_CHUNK_SIZE)
  const [name, ...parts] = text.split('-')
  switch (name) {
    case 'size':
      return parseSize(parts)
    case 'rabin':
      return parseRabin(parts)
    case 'buzhash':
      return buzhashChunker
    default:
      throw refused(`unrecognized chunker option: ${text}`)
  }
}

function parseSize(parts: string[]): Chunker {
  const [text, ...more] = parts
  if (text === undefined || more.length > 0) throw refused('incorrect chunker string format (expected size-{size})')
  const size = parseInteger(text)
  if (size <= 0) throw refused('chunker size must be greater than 0')
  return sizeChunker(atMost(size, size))
}

function parseRabin(parts: string[]): Chunker {
  const [first, second, third] = parts
  if (first === undefined) return rabinAround(DEFAULT_CHUNK_SIZE)
  if (parts.length === 1) {
    const average = parseInteger(first)
    return rabinAround(atMost(average, Math.trunc(average * 1.5)))
  }
  if (second === undefined || third === undefined || parts.length > 3) {
    throw refused("incorrect format (expected 'rabin' 'rabin-[avg]' or 'rabin-[min]-[avg]-[max]'")
  }
  const min = parseLabelled(first, 'min', 'first label must be min')
  if (min < RABIN_WINDOW) throw tooSmall()
  const average = parseLabelled(second, 'avg', 'second label must be avg')
  const max = parseLabelled(third, 'max', 'final label must be max')
  if (min >= average) throw refused('incorrect format: rabin-min must be smaller than rabin-avg')
  if (average >= max) throw refused('incorrect format: rabin-avg must be smaller than rabin-max')
  return rabinChunker(min, average, atMost(max, max))
}

function rabinAround(average: number): Chunker {
  const min = Math.trunc(average / 3)
  // The Go release takes it and makes one chunk of everything, which no node would then exchange.
  if (min < RABIN_WINDOW) throw tooSmall()
  return rabinChunker(min, average, average + Math.trunc(average / 2))
}

/** A number with or without its name before it, e.g. `min:16`. */
function parseLabelled(text: string, label: string, complaint: string): number {
  const parts = text.split(':')
  if (parts.length > 1 && parts[0] !== label) throw refused(complaint)
  return parseInteger(parts.at(-1) ?? '')
}

function parseInteger(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text)
  throw refused(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
}

function atMost(value: number, largest: number): number {
  if (largest <= MAX_CHUNK_SIZE) return value
  throw refused(`chunker parameters may not exceed the maximum chunk size of ${MAX_CHUNK_SIZE}`)
}

function tooSmall(): ClusterError {
  return refused('rabin min must be greater than 16')
}

function refused(message: string): ClusterError {
  return new ClusterError('ERR_ADD_OPTION', message)
}
