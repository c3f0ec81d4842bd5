import type { GlobalPinInfo, PinInfo, Pin, TrackerStatus } from '@ipfs-cluster/api'
import { ClusterError, Time } from '@ipfs-cluster/api'
import { decodePin, pinKey, pinKeyToCid } from '../codec/index.ts'
import type { ListedPin } from '../pintracker/listed-pin.ts'
import type { Answerer } from '../pintracker/status.ts'
import { restInfo } from '../pintracker/status.ts'
import { addPinInfo, emptyGlobalPinInfo, globalPinInfoOf } from './global-pin-info.ts'

/** What one peer says of an item that is at rest there. */
export interface AtRest {
  readonly answerer: Answerer
  readonly status: TrackerStatus
  /** The pin as that peer has it stored; undefined: the same as that of the item. */
  readonly value: Uint8Array | undefined
  /** Another peer than the one that lists: its times are shown in UTC, in which times travel between peers. */
  readonly isRemote: boolean
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
export function toldOf(answerer: Answerer, pin: ListedPin, isRemote: boolean): AtRest | Told {
  if (pin.value === undefined) return { info: pin.info }
  return { answerer, status: pin.status, value: pin.value, isRemote }
}

/** What this peer tells by itself. */
export function listedStatusOf(answerer: Answerer, pin: ListedPin): ListedStatus {
  const { key, value } = pin
  if (value === undefined) return { key, value, told: [{ info: pin.info }] }
  return { key, value, told: [{ answerer, status: pin.status, value: undefined, isRemote: false }] }
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
  const [first] = told
  const cid = first?.info?.cid ?? pinKeyToCid(key)
  const pin = value && decodePin(value, cid)
  const global = first?.info === undefined ? emptyGlobalPinInfo(cid) : globalPinInfoOf(first.info)
  for (const each of told) {
    if (each.info !== undefined) addPinInfo(global, each.info)
    else addPinInfo(global, restInfoOf(each, each.value === undefined ? pin : decodePin(each.value, cid)))
  }
  if (pin === undefined) return global
  const { name, allocations, origins, timestamp, metadata } = pin
  return { ...global, name, allocations, origins, created: timestamp, metadata }
}

function restInfoOf({ answerer, status, isRemote }: AtRest, pin: Pin | undefined): PinInfo {
  if (pin === undefined) throw new ClusterError('ERR_INTERNAL', 'a pin at rest is told of without the pin')
  const { seconds, nanoseconds } = pin.timestamp
  const timestamp = isRemote && !pin.timestamp.isZero ? new Time(seconds, nanoseconds, 0) : pin.timestamp
  return restInfo({ ...pin, timestamp }, answerer, status)
}
