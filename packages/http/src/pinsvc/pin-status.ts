import { cidToText, newJsonMap, stringify } from '@ipfs-cluster/api'
import type { JsonObject, Multiaddr, Pin, Time } from '@ipfs-cluster/api'
import type { StatusWord } from './status-word.ts'

/** A pin of the service, and how it is: the standard's PinStatus. */
export interface PinStatus {
  readonly status: StatusWord
  readonly created: Time
  readonly pin: Pin
  /** Addresses of the IPFS nodes that get the content. */
  readonly delegates: readonly Multiaddr[]
}

/** A page of pins, newest first: the standard's PinResults. */
export interface PinResults {
  /** How many there are, on this page and all others. */
  readonly count: number
  readonly results: readonly PinStatus[]
}

const INFO: JsonObject = {
  source: 'IPFS cluster API',
  warning1: 'CID used for requestID. Conflicts possible',
  warning2: 'experimental'
}

export function encodePinStatus(status: PinStatus): string {
  return stringify(pinStatusToJSON(status))
}

export function encodePinResults({ count, results }: PinResults): string {
  return stringify({ count, results: results.map(pinStatusToJSON) })
}

function pinStatusToJSON({ status, created, pin, delegates }: PinStatus): JsonObject {
  const cid = cidToText(pin.cid)
  const origins = pin.origins ?? []
  const meta = Object.assign(newJsonMap(), pin.metadata)
  return {
    requestid: cid,
    status,
    created: created.toString(),
    pin: {
      cid,
      ...(pin.name !== '' && { name: pin.name }),
      ...(origins.length > 0 && { origins }),
      ...(Object.keys(meta).length > 0 && { meta })
    },
    delegates,
    info: INFO
  }
}
