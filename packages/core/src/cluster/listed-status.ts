import type { GlobalPinInfo, PinInfo, TrackerStatus } from '@ipfs-cluster/api'
import { decodePin, pinKey, pinKeyToCid } from '../codec/index.ts'
import type { ListedPin } from '../pintracker/listed-pin.ts'
import { infoOf } from '../pintracker/listed-pin.ts'
import type { Answerer } from '../pintracker/status.ts'
import { restInfo } from '../pintracker/status.ts'
import { addPinInfo, emptyGlobalPinInfo, globalPinInfoOf } from './global-pin-info.ts'

/** What one peer says of an item that is at rest there. */
export interface AtRest {
  readonly answerer: Answerer
  readonly status: TrackerStatus
  /** The pin as that peer has it stored; undefined: the same as that of the item. */
  readonly value: Uint8Array | undefined
  readonly info?: undefined
}

/** What one peer says of any other, or what is said for one that cannot. */
export interface Told {
  readonly info: PinInfo
}

/** State of an item on the peers that told of it, undecoded where that suffices: a listing may have millions of them. */
export interface ListedStatus {
  /** Key of the pin in the pinset. */
  readonly key: string
  /** The pin as it is stored by one of them; undefined when none could tell. */
  readonly value: Uint8Array | undefined
  /** In the order of the IDs of the peers. */
  readonly told: readonly (AtRest | Told)[]
}

/** What a peer says of an item that has no stored pin of its own yet. */
export function toldOf(answerer: Answerer, pin: ListedPin): AtRest | Told {
  return pin.value === undefined ? { info: pin.info } : { answerer, status: pin.status, value: pin.value }
}

/** What is told by one peer alone. */
export function listedStatusOf(answerer: Answerer, pin: ListedPin): ListedStatus {
  const { key, value } = pin
  const told = value === undefined ? { info: pin.info } : { answerer, status: pin.status, value: undefined }
  return { key, value, told: [told] }
}

/** What was put together before. */
export function listedGlobal({ peerMap, ...common }: GlobalPinInfo): ListedStatus {
  const told = Object.entries(peerMap).map(([peer, short]) => ({ info: { ...common, peer, ...short } }))
  return { key: pinKey(common.cid), value: undefined, told }
}

/**
 * The same with all that there is to say.
 *
 * @throws ClusterError, SyntaxError when a stored pin is damaged
 */
export function globalPinInfoIn({ key, value, told }: ListedStatus): GlobalPinInfo {
  const cid = pinKeyToCid(key)
  const pin = value && decodePin(value, cid)
  const [first] = told
  const global = first?.info === undefined ? emptyGlobalPinInfo(cid) : globalPinInfoOf(first.info)
  for (const each of told) {
    if (each.info !== undefined) addPinInfo(global, each.info)
    else if (each.value !== undefined) addPinInfo(global, infoOf(each.answerer, { ...each, key, value: each.value }))
    else if (pin !== undefined) addPinInfo(global, restInfo(pin, each.answerer, each.status))
  }
  if (pin === undefined) return global
  const { name, allocations, origins, timestamp, metadata } = pin
  return { ...global, name, allocations, origins, created: timestamp, metadata }
}
