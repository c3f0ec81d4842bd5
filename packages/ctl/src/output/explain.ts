import { cidToText, compareText, explainedPinInfoToJSON, Time } from '@ipfs-cluster/api'
import type { AllocationInfo, ExplainedPinInfo, PinDetail, PinInfoShort } from '@ipfs-cluster/api'
import { humanTime } from './humanize.ts'
import { PLAIN } from './paint.ts'
import type { Paint } from './paint.ts'
import type { Printer } from './printer.ts'
import { statusPrinter } from './status.ts'

/** How an item fares, what each peer waits for, and why it is where it is. Times are told as seen from `now`. */
export function explainPrinter(now: Time = Time.now()): Printer<ExplainedPinInfo> {
  return {
    text: (info, paint = PLAIN) => {
      return statusPrinter.text(info, paint) + detailLines(info, now) + allocationLines(info.allocation, paint)
    },
    json: explainedPinInfoToJSON,
    table: { head: ['CID', 'PEER', 'STATUS', 'WHY'], rows: (info) => explainRows(info, now) }
  }
}

function explainRows(info: ExplainedPinInfo, now: Time): string[][] {
  const verdicts = new Map(info.allocation?.peers.map(({ peer, text }) => [peer, text]))
  return peersOf(info).map(([peer, { peername, status, detail }]) => {
    const why = [...(detail === undefined ? [] : detailParts(detail, now)), verdicts.get(peer) ?? '']
    return [cidToText(info.cid), peername || peer, status.toUpperCase(), why.filter((part) => part !== '').join('\n')]
  })
}

function detailLines(info: ExplainedPinInfo, now: Time): string {
  const lines = peersOf(info).flatMap(([peer, { peername, detail }]) => {
    if (detail === undefined) return []
    return [`  > ${peername || peer} waits:\n`, ...detailParts(detail, now).map((part) => `    - ${part}\n`)]
  })
  return lines.join('')
}

function detailParts(detail: PinDetail, now: Time): string[] {
  const ago = (time: Time): string => humanTime(time.toUnixNanoseconds(), now.toUnixNanoseconds())
  const { reason, queuePlace, queueLength, blocks, lastProgress, lastError, nextTry } = detail
  return [
    reason,
    queuePlace > 0 ? `number ${queuePlace} of ${queueLength} in the queue` : '',
    blocks > 0 ? `${blocks} blocks so far${lastProgress.isZero ? '' : `, the last one ${ago(lastProgress)}`}` : '',
    lastError === '' ? '' : `failed before: ${lastError}`,
    nextTry.isZero ? '' : `tried again ${ago(nextTry)}`
  ].filter((part) => part !== '')
}

const OUTCOMES: Readonly<Record<string, string>> = {
  kept: 'an allocation now would leave the pin where it is',
  reduced: 'an allocation now would take copies away',
  extended: 'an allocation now would choose peers in addition',
  short: 'there are not enough peers for it'
}

function allocationLines(allocation: AllocationInfo | undefined, paint: Paint): string {
  if (allocation === undefined) return ''
  const { outcome, error, peers } = allocation
  const failure = error === '' ? '' : `: ${paint.bad(error)}`
  const verdicts = peers.map(({ peer, text, chosen }) => {
    return `    - ${chosen ? paint.good(peer) : peer} ${chosen ? 'chosen' : 'not chosen'}: ${text}\n`
  })
  return `  > Allocation: ${OUTCOMES[outcome] ?? outcome}${failure}\n${verdicts.join('')}`
}

function peersOf(info: ExplainedPinInfo): [peer: string, entry: PinInfoShort][] {
  return Object.entries(info.peerMap).sort(([a], [b]) => compareText(a, b))
}
