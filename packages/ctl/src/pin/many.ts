import { cidToText, parseCid } from '@ipfs-cluster/api'
import type { BatchResult, PinOptions } from '@ipfs-cluster/api'
import type { TextSink } from '@ipfs-cluster/cli-kit'
import { ApiError } from '@ipfs-cluster/client'
import type { BatchPin, ClusterClient } from '@ipfs-cluster/client'
import type { Output } from '../output/output.ts'
import { batchPrinter } from '../output/operator.ts'
import type { Line } from './lines.ts'

/** Requests at a time to a peer that takes no batches. */
const AT_A_TIME = 16

const BAD_LINE = 1
const REFUSED = 2

/** What many pins are made with. */
export interface ManyPins {
  readonly lines: AsyncIterable<Line>
  readonly options: PinOptions
}

/**
 * Pins the CID on each line, and prints the pins in their order. A line that cannot be pinned is told with its number,
 * and does not keep the others from being pinned.
 *
 * @returns exit status
 */
export async function pinMany(
  client: ClusterClient,
  output: Output,
  stderr: TextSink,
  { lines, options }: ManyPins
): Promise<number> {
  let status = 0
  /** Lines that have no result yet. The peer reads a thousand or so ahead of what it answers. */
  const sent: Line[] = []
  const fail = (line: Line | undefined, message: string, as: number): void => {
    stderr.write(`error : line ${line?.number}: ${line?.text}: ${message}\n`)
    status = Math.max(status, as)
  }
  const pins = readPins(lines, options, (line, error) => {
    if (error === undefined) sent.push(line)
    else fail(line, error, BAD_LINE)
  })
  for await (const result of await openPinning(client, pins)) {
    const line = sent.shift()
    if (result.error !== undefined) fail(line, result.error.message, REFUSED)
    output.print(batchPrinter, { ...result, line: line?.number ?? result.line })
  }
  return status
}

async function* readPins(
  lines: AsyncIterable<Line>,
  options: PinOptions,
  onLine: (line: Line, error?: string) => void
): AsyncGenerator<BatchPin, void, void> {
  for await (const line of lines) {
    try {
      const cid = parseCid(line.text)
      onLine(line)
      yield { cid, ...options }
    } catch (error) {
      onLine(line, error instanceof Error ? error.message : String(error))
    }
  }
}

/** Many at once where the peer can; one of the Go release is asked for each. */
async function openPinning(client: ClusterClient, pins: AsyncIterable<BatchPin>): Promise<AsyncIterable<BatchResult>> {
  const { version } = await client.version()
  return version.includes('+ts.') ? client.pinBatch(pins) : pinEach(client, pins)
}

async function* pinEach(client: ClusterClient, pins: AsyncIterable<BatchPin>): AsyncGenerator<BatchResult, void, void> {
  const running: Promise<BatchResult>[] = []
  let count = 0
  for await (const pin of pins) {
    running.push(pinOne(client, pin, ++count))
    if (running.length === AT_A_TIME) yield* first(running)
  }
  while (running.length > 0) yield* first(running)
}

async function* first(running: Promise<BatchResult>[]): AsyncGenerator<BatchResult, void, void> {
  const result = running.shift()
  if (result !== undefined) yield await result
}

async function pinOne(client: ClusterClient, { cid, ...options }: BatchPin, line: number): Promise<BatchResult> {
  try {
    return { line, pin: await client.pinPath(`/ipfs/${cidToText(cid)}`, options) }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { line, error: { code: error.status, message: error.message } }
  }
}
