import type { BlockId } from '../../blocks/index.ts'
import type { Delta, Tombstone } from './delta.ts'

/** The value of a key, and the height of the block that it comes from. */
export interface Winner {
  readonly value: Uint8Array
  readonly priority: number
}

/** What became of a key. */
export interface History {
  /** Blocks that added the key, taken back or not. */
  readonly elements: ReadonlySet<BlockId>
  /** Blocks whose addition of the key was taken back, known among the elements or not. */
  readonly tombstones: ReadonlySet<BlockId>
}

/** What a merge has to know of the set. Asks for much at once where it can, since a store answers that cheaply. */
export interface SetView {
  /** Heights of the current values; undefined for a key that is not in the set. */
  priorities(keys: readonly string[]): Promise<readonly (number | undefined)[]>
  value(key: string): Promise<Uint8Array | undefined>
  /** For each key, which blocks added it, and which of these additions were taken back. */
  histories(keys: readonly string[]): Promise<readonly History[]>
  /** For each key, whether its addition by this block was taken back. */
  areTombstoned(keys: readonly string[], id: BlockId): Promise<readonly boolean[]>
  /** The delta of a block that is part of the set. */
  delta(id: BlockId): Promise<Delta>
}

/** A key whose value became another one, or went away when there is no winner. */
export interface KeyChange {
  readonly key: string
  readonly winner: Winner | undefined
  /** Whether the key was in the set before. */
  readonly existed: boolean
}

/** What a delta does to the set. */
export interface Merge {
  /** Keys to which the block adds a value. */
  readonly elements: readonly string[]
  /** Those of them whose addition was taken back before it was known. */
  readonly takenBack: readonly string[]
  readonly tombstones: readonly Tombstone[]
  readonly changes: readonly KeyChange[]
}

/** What may be known of a delta beforehand. */
export interface MergeOptions {
  /** The block was made just now, so nobody can have taken anything of it back: saves a read for each element. */
  fresh?: boolean
}

/** A key while a delta is merged. `value` is absent as long as it is the stored one and nobody asked for it. */
interface KeyState {
  readonly existed: boolean
  winner: { value?: Uint8Array; priority: number } | undefined
  changed: boolean
}

/**
 * Merges a delta into an add-wins observed-remove set with one value per key (spec: wire 4.4). Whatever the order in
 * which the deltas of a DAG are merged, and however often, the set is the same in the end: of the additions that are
 * not taken back the one with the greatest height wins, then the bytewise greatest value.
 *
 * When a delta has several elements of one key, the last counts. The Go release also takes the last when it merges, but
 * the greatest when it looks for what is left after a tombstone; this program takes the last in both cases, or the
 * order of merging would matter.
 */
export async function mergeDelta(delta: Delta, id: BlockId, view: SetView, options: MergeOptions = {}): Promise<Merge> {
  const values = new Map(delta.elements.map(({ key, value }) => [key, value]))
  const removed = groupTombstones(delta.tombstones)
  const states = await loadStates([...new Set([...removed.keys(), ...values.keys()])], view)
  await removeElements(removed, states, view)
  const barred = options.fresh === true ? [] : await view.areTombstoned([...values.keys()], id)
  const elements = [...values.keys()]
  const takenBack = elements.filter((key, i) => barred[i] === true || removed.get(key)?.has(id) === true)
  for (const key of takenBack) values.delete(key)
  for (const [key, value] of values) {
    await addElement(key, { value, priority: delta.priority }, stateOf(states, key), view)
  }
  return { elements, takenBack, tombstones: delta.tombstones, changes: changesOf(states) }
}

function groupTombstones(tombstones: readonly Tombstone[]): Map<string, Set<BlockId>> {
  const groups = new Map<string, Set<BlockId>>()
  for (const { key, id } of tombstones) {
    const ids = groups.get(key)
    if (ids === undefined) groups.set(key, new Set([id]))
    else ids.add(id)
  }
  return groups
}

async function loadStates(keys: readonly string[], view: SetView): Promise<Map<string, KeyState>> {
  const priorities = await view.priorities(keys)
  return new Map(keys.map((key, i) => [key, stateFrom(priorities[i])]))
}

function stateFrom(priority: number | undefined): KeyState {
  return { existed: priority !== undefined, winner: priority === undefined ? undefined : { priority }, changed: false }
}

function stateOf(states: Map<string, KeyState>, key: string): KeyState {
  const state = states.get(key)
  if (state === undefined) throw new Error(`the state of ${key} was not loaded`)
  return state
}

async function removeElements(
  removed: ReadonlyMap<string, ReadonlySet<BlockId>>,
  states: Map<string, KeyState>,
  view: SetView
): Promise<void> {
  const keys = [...removed.keys()]
  const histories = await view.histories(keys)
  for (const [i, [key, ids]] of [...removed].entries()) {
    const state = stateOf(states, key)
    const best = await bestOf(
      key,
      liveIds(histories[i]).filter((id) => !ids.has(id)),
      view
    )
    state.changed = best === undefined ? state.existed : !(await isCurrent(key, best, state, view))
    state.winner = best
  }
}

/** Blocks that added the key and were not taken back. */
export function liveIds(history: History | undefined): BlockId[] {
  return history === undefined ? [] : [...history.elements].filter((id) => !history.tombstones.has(id))
}

async function isCurrent(key: string, winner: Winner, state: KeyState, view: SetView): Promise<boolean> {
  if (state.winner?.priority !== winner.priority) return false
  const value = await view.value(key)
  return value !== undefined && Buffer.compare(value, winner.value) === 0
}

/** The winner among the additions of a key by these blocks. */
export async function bestOf(key: string, ids: Iterable<BlockId>, view: SetView): Promise<Winner | undefined> {
  let best: Winner | undefined
  for (const id of ids) {
    const { elements, priority } = await view.delta(id)
    const value = elements.findLast((element) => element.key === key)?.value
    if (value !== undefined && (best === undefined || beats({ value, priority }, best))) best = { value, priority }
  }
  return best
}

function beats(challenger: Winner, champion: Winner): boolean {
  if (challenger.priority !== champion.priority) return challenger.priority > champion.priority
  return Buffer.compare(challenger.value, champion.value) > 0
}

async function addElement(key: string, challenger: Winner, state: KeyState, view: SetView): Promise<void> {
  const current = state.winner
  if (current !== undefined && challenger.priority <= current.priority) {
    if (challenger.priority < current.priority) return
    const value = current.value ?? (await view.value(key))
    if (value !== undefined && Buffer.compare(challenger.value, value) <= 0) return
  }
  state.winner = challenger
  state.changed = true
}

function changesOf(states: Map<string, KeyState>): KeyChange[] {
  const changes: KeyChange[] = []
  for (const [key, { existed, winner, changed }] of states) {
    // A winner without a value is the stored one, so nothing has changed.
    if (changed) changes.push({ key, existed, winner: winner?.value === undefined ? undefined : (winner as Winner) })
  }
  return changes
}
