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
import type { AtRest, ListedStatus, Told } from '@ipfs-cluster/core/cluster'
import { putStoredPinStatus, words } from '@ipfs-cluster/core/codec'
import type { LineBuffer } from '@ipfs-cluster/core/codec'
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
  return linesOf(batches, (line, item) => putStatus(line, item, peers))
}

const START = words('{')
const PEERS = words(',"peer_map":{')
const COMMA = words(',')
const END = words('}}\n')

function putStatus(line: LineBuffer, item: ListedStatus, peers: PeerTexts): void {
  const { key, value, told } = item
  if (value === undefined || !areAtRest(told)) {
    line.text(encodeGlobalPinInfoLine(globalPinInfoIn(item)))
    return
  }
  line.put(START)
  const { timestamp, utc } = putStoredPinStatus(line, key, value)
  line.put(PEERS)
  let isFirst = true
  for (const each of told) {
    const { before, after } = peers.of(each)
    if (!isFirst) line.put(COMMA)
    isFirst = false
    line.put(before)
    line.ascii(each.isRemote ? utc : timestamp)
    line.put(after)
  }
  line.put(END)
}

/** Whether all peers say nothing but how they hold the pin of the item. */
function areAtRest(told: ListedStatus['told']): told is readonly AtRest[] {
  return told.every((each: AtRest | Told) => each.info === undefined && each.value === undefined)
}

/** The text of an entry of the map of peers, but for the timestamp in it. */
interface PeerText {
  readonly before: Uint8Array
  readonly after: Uint8Array
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
  return { before: words(text.slice(0, at)), after: words(text.slice(at + ZERO_TIME.length)) }
}
