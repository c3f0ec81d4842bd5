import {
  batchResultToJSON,
  cidToText,
  compareText,
  drainProgressToJSON,
  peerMarkToJSON,
  rebalancePlanToJSON,
  rebalanceProgressToJSON
} from '@ipfs-cluster/api'
import type {
  BatchResult,
  DrainProgressInfo,
  PeerMarkInfo,
  RebalancePlanInfo,
  RebalanceProgressInfo
} from '@ipfs-cluster/api'
import { humanSize } from './humanize.ts'
import { pinPrinter } from './pin.ts'
import type { Printer } from './printer.ts'

/** A peer that is under maintenance, or drained. */
export const markPrinter: Printer<PeerMarkInfo> = {
  text: (mark) => `${mark.peer} | ${mark.kind} | Since: ${mark.at.toString()} | Until: ${untilOf(mark)}\n`,
  json: peerMarkToJSON,
  table: {
    head: ['PEER', 'MARK', 'SINCE', 'UNTIL'],
    rows: (mark) => [[mark.peer, mark.kind, mark.at.toString(), untilOf(mark)]]
  }
}

function untilOf({ until }: PeerMarkInfo): string {
  return until.isZero ? 'it is ended' : until.toString()
}

/** What is left of a drain. */
export const drainPrinter: Printer<DrainProgressInfo> = {
  text: ({ peer, left, moving, everywhere }) => {
    return `${peer} | Left: ${left} | Moving: ${moving} | Pinned everywhere: ${everywhere}\n`
  },
  json: drainProgressToJSON,
  table: {
    head: ['PEER', 'LEFT', 'MOVING', 'EVERYWHERE'],
    rows: ({ peer, left, moving, everywhere }) => [[peer, String(left), String(moving), String(everywhere)]]
  }
}

/** Moves, and how full the peers are before and after them. */
export const planPrinter: Printer<RebalancePlanInfo> = {
  text: (plan) => {
    const moves = plan.moves.map(({ cid, from, to }) => `${cidToText(cid)}: ${from} -> ${to}\n`)
    const peers = peersOf(plan).map(([peer, before, after]) => `  > ${peer} : ${before} -> ${after}\n`)
    const more = plan.isComplete ? '' : 'There are more moves than one plan holds: plan again when these are done.\n'
    return `${moves.join('')}Moves: ${plan.moves.length}\n${peers.join('')}${more}`
  },
  json: rebalancePlanToJSON,
  table: {
    head: ['CID', 'FROM', 'TO'],
    rows: ({ moves }) => moves.map(({ cid, from, to }) => [cidToText(cid), from, to])
  }
}

function peersOf({ before, after }: RebalancePlanInfo): [peer: string, before: string, after: string][] {
  const size = (bytes: number | undefined): string => humanSize(BigInt(Math.round(bytes ?? 0)))
  return Object.keys(before)
    .sort(compareText)
    .map((peer) => [peer, size(before[peer]), size(after[peer])])
}

/** How far a rebalancing is. */
export const rebalancePrinter: Printer<RebalanceProgressInfo> = {
  text: ({ state, total, done, moving, failed, reasons }) => {
    const failures = reasons.map((reason) => `  > ${reason}\n`)
    return `${state} | Done: ${done} of ${total} | Moving: ${moving} | Failed: ${failed}\n${failures.join('')}`
  },
  json: rebalanceProgressToJSON,
  table: {
    head: ['STATE', 'TOTAL', 'DONE', 'MOVING', 'FAILED'],
    rows: ({ state, total, done, moving, failed }) => [[state, ...[total, done, moving, failed].map(String)]]
  }
}

/** What came of one line of many: in text the pin that was made. A line that failed is told elsewhere. */
export const batchPrinter: Printer<BatchResult> = {
  text: ({ pin }) => (pin === undefined ? '' : pinPrinter.text(pin)),
  json: batchResultToJSON,
  table: {
    head: pinPrinter.table.head,
    rows: ({ pin }) => (pin === undefined ? [] : pinPrinter.table.rows(pin))
  }
}
