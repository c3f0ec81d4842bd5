import type { PeerConfig, PeerFolder } from '@ipfs-cluster/core/config'

/** How a thing stands: as it should be, as it may be but hardly should, or so that the peer cannot do its work. */
export type Level = 'ok' | 'warn' | 'fail'

/** What a look at one thing has shown. */
export interface Finding {
  /** The thing. */
  readonly check: string
  readonly level: Level
  readonly message: string
  /** What to do about it. */
  readonly advice?: string
}

/** A peer that is looked at. */
export interface Patient {
  readonly folder: PeerFolder
  readonly loaded: PeerConfig
  /** Whether the peer runs now. */
  readonly isRunning: boolean
}

/** Looks at one thing. Never throws: what goes wrong is a finding. */
export type Check = (patient: Patient) => Promise<readonly Finding[]>

export function ok(check: string, message: string): Finding {
  return { check, level: 'ok', message }
}

export function warn(check: string, message: string, advice: string): Finding {
  return { check, level: 'warn', message, advice }
}

export function fail(check: string, message: string, advice: string): Finding {
  return { check, level: 'fail', message, advice }
}
