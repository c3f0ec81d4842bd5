import { readFileSync } from 'node:fs'

/** One case of a file in `fixtures/`, made by the Go release v1.1.6. */
export interface Vector {
  name: string
  go_type?: string
  json_value: unknown
  hex?: string
  extra?: Record<string, unknown>
}

export function readFixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
}

/** The cases of a file; integers beyond 2^53 in `json_value` are not exact. */
export function readVectors(name: string): Vector[] {
  return JSON.parse(readFixture(name)) as Vector[]
}

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
