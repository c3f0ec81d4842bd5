import type { CID } from 'multiformats/cid'
import type { Blocks, ReadOptions } from '../dag/blocks.ts'
import { FingerprintSet } from '../dag/fingerprint-set.ts'
import { descend } from '../dag/walk.ts'
import type { PinEntry, PinMode, Pins } from './pins.ts'

/** How a CID is held. */
export type Holder = PinEntry | { mode: 'indirect'; through: CID; name: '' }

/** Kinds of pins that can be asked for. */
export type PinType = PinMode | 'indirect' | 'all'

/** Finds out by which pin a CID is held, also by way of a DAG that it is a part of. */
export class Holders {
  readonly #pins: Pins
  readonly #blocks: Blocks

  constructor(components: { pins: Pins; blocks: Blocks }) {
    this.#pins = components.pins
    this.#blocks = components.blocks
  }

  /** How the CID is held, in the kinds that are asked for. */
  async holder(cid: CID, type: PinType, options: ReadOptions = {}): Promise<Holder | undefined> {
    for (const mode of ['recursive', 'direct'] as const) {
      if (type !== mode && type !== 'all') continue
      const entry = await this.#pins.find(cid, mode)
      if (entry !== undefined) return entry
    }
    return type === 'indirect' || type === 'all' ? this.#indirect(cid, options) : undefined
  }

  /** How the CID is held, in words; undefined when it is not. */
  async find(cid: CID, options: ReadOptions = {}): Promise<string | undefined> {
    const holder = await this.holder(cid, 'all', options)
    return holder === undefined ? undefined : describeHolder(holder, String)
  }

  /** All that recursive pins hold below their roots, each once. */
  async *indirect(options: ReadOptions = {}): AsyncGenerator<CID> {
    const seen = new FingerprintSet()
    for await (const root of this.#pins.list('recursive')) {
      for await (const cid of this.#below(root.cid, seen, options)) yield cid
    }
  }

  async #indirect(wanted: CID, options: ReadOptions): Promise<Holder | undefined> {
    const seen = new FingerprintSet()
    for await (const root of this.#pins.list('recursive')) {
      for await (const cid of this.#below(root.cid, seen, options)) {
        if (cid.equals(wanted)) return { mode: 'indirect', through: root.cid, name: '' }
      }
    }
    return undefined
  }

  async *#below(root: CID, seen: FingerprintSet, { signal }: ReadOptions): AsyncGenerator<CID> {
    for await (const cid of descend(this.#blocks, root, { offline: true, signal, seen, onMissing: () => {} })) {
      if (!cid.equals(root)) yield cid
    }
  }
}

/** The kind of a pin as Kubo words it. */
export function describeHolder(holder: Holder, encode: (cid: CID) => string): string {
  return holder.mode === 'indirect' ? `indirect through ${encode(holder.through)}` : holder.mode
}
