import { readFileSync } from 'node:fs'

/** One recorded exchange with a Go peer. */
export interface Case {
  name: string
  note: string
  api: 'rest' | 'pinsvc' | 'proxy'
  peer: number
  before?: Before[]
  /** Changes to `service.json` that are in force. */
  config?: Record<string, Record<string, unknown>>
  /** Documents of the answer come in any order. */
  unordered?: boolean
  request: {
    method: string
    path: string
    headers?: Record<string, string>
    body?: string
    body_encoding?: 'base64'
    tls?: boolean
    /** The exact bytes that were sent. */
    raw?: string
  }
  response: Recorded
  volatile?: Volatile[]
}

/** An answer as it was recorded. */
export interface Recorded {
  /** 0: the connection was closed without an answer. */
  status: number
  headers: [string, string][]
  framing: string
  body_kind: 'json' | 'ndjson' | 'text' | 'empty'
  body: string
  trailers?: [string, string][] | null
}

/** A part of an answer that differs from peer to peer or from time to time. */
export interface Volatile {
  /** Path: `body.a`, `[]` for each element, `{peer}` for each peer id, `{keys}` for the keys themselves. */
  at: string
  kind: string
}

export type Before =
  { wait_status: { cid: string; statuses: string[]; timeout_s: number } } | { sleep_s: number } | { do: string }

export interface Transcript {
  file: string
  title: string
  setup: Record<string, unknown>
  vars: { peers: { id: string; peername?: string; ipfs?: string }[]; cids?: Record<string, string> }
  cases: Case[]
}

/** A transcript among the fixtures, with the ids of its peers put in place of those that were recorded. */
export function loadTranscript(name: string, ids: Readonly<Record<string, string>> = {}): Transcript {
  let text = readFileSync(new URL(`../fixtures/http/${name}.json`, import.meta.url), 'utf8')
  for (const [recorded, ours] of Object.entries(ids)) text = text.replaceAll(recorded, ours)
  return JSON.parse(text) as Transcript
}
