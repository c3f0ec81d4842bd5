import {
  emptyPin,
  encodeGlobalPinInfoLine,
  pinInfoShortToJSON,
  quote,
  stringify,
  Time,
  UNDEFINED_CID
} from '@ipfs-cluster/api'
import type { TrackerStatus } from '@ipfs-cluster/api'
import { globalPinInfoIn, restInfo } from '@ipfs-cluster/core/cluster'
import type { AtRest, ListedStatus } from '@ipfs-cluster/core/cluster'
import { storedPinStatusTexts } from '@ipfs-cluster/core/codec'
import { linesOf } from '../stored-pins.ts'

/** Quotes within a text are escaped, so this is the member itself. */
const TIMESTAMP = '"timestamp":'
const ZERO_TIME = `"${Time.ZERO.toString()}"`

/**
 * States of pins as lines of JSON, many to a text. What is damaged is told of at the end, as with stored pins.
 *
 * @throws AggregateError
 */
export function statusLines(batches: AsyncIterable<readonly ListedStatus[]>): AsyncGenerator<string, void, undefined> {
  const peers = new PeerTexts()
  return linesOf(batches, (item) => statusLine(item, peers))
}

function statusLine(item: ListedStatus, peers: PeerTexts): string {
  const { key, value, told } = item
  if (value === undefined) return encodeGlobalPinInfoLine(globalPinInfoIn(item))
  const { members, timestamp, utc } = storedPinStatusTexts(key, value)
  let map = ''
  for (const each of told) {
    if (each.info !== undefined || each.value !== undefined) return encodeGlobalPinInfoLine(globalPinInfoIn(item))
    const { before, after } = peers.of(each)
    map += (map === '' ? '' : ',') + before + (each.isRemote ? utc : timestamp) + after
  }
  return `{${members},"peer_map":{${map}}}\n`
}

/** The text of an entry of the map of peers, but for the timestamp in it. */
interface PeerText {
  readonly before: string
  readonly after: string
}

/** What peers say of items at rest differs in the timestamp only. */
class PeerTexts {
  readonly #texts = new WeakMap<AtRest['answerer'], Map<TrackerStatus, PeerText>>()

  of(told: AtRest): PeerText {
    const { answerer, status } = told
    let texts = this.#texts.get(answerer)
    if (texts === undefined) this.#texts.set(answerer, (texts = new Map<TrackerStatus, PeerText>()))
    let text = texts.get(status)
    if (text === undefined) texts.set(status, (text = peerText(told)))
    return text
  }
}

function peerText({ answerer, status }: AtRest): PeerText {
  const info = restInfo({ ...emptyPin(UNDEFINED_CID), timestamp: Time.ZERO }, answerer, status)
  const text = `${quote(answerer.peerId)}:${stringify(pinInfoShortToJSON(info))}`
  const at = text.indexOf(TIMESTAMP) + TIMESTAMP.length
  return { before: text.slice(0, at), after: text.slice(at + ZERO_TIME.length) }
}
