import { setTimeout as delay } from 'node:timers/promises'
import { send } from '../raw-client.ts'
import type { RawAnswer, RawRequest, Target } from '../raw-client.ts'
import { compare } from './compare.ts'
import type { Case, Volatile, Recorded } from './vectors.ts'

/** A difference from the Go release that is meant. */
export interface Difference {
  /** Why we answer in another way. */
  reason: string
  /** Names of cases, or a test of them. */
  cases: readonly string[] | ((recorded: Case) => boolean)
  /** Whether another IPFS node would make no such difference. */
  isOfEmbeddedNode?: boolean
  /** What we answer instead. */
  correct?(answer: Recorded, recorded: Case): Recorded
  /** What may be as it likes. */
  volatile?: readonly Volatile[]
}

/** What a case may need besides the surface that it asks. */
export interface ReplayStage {
  /** The REST API of the first peer, which is asked whether what must come before has happened. */
  readonly rest?: Target
  /** Does what is to be done to the peers. */
  readonly act?: (what: string) => Promise<void>
  /** Milliseconds for which a question is asked again until the answer is as recorded, in place of any sleep. */
  readonly patience?: number
}

/** How long to wait before asking again. */
const PAUSE = 200

/** Milliseconds for which a machine that is busy is given time to come to the state that was recorded. */
const LENIENCE = 20_000

/**
 * Sends one recorded request, when what must come before has happened, and compares the answers.
 *
 * @returns what differs and is not meant; empty when all is well
 */
export async function replayCase(
  target: Target,
  recorded: Case,
  meant: readonly Difference[],
  { rest = target, act, patience = 0 }: ReplayStage = {}
): Promise<string[]> {
  const isQuestion = recorded.request.method === 'GET'
  const mayAskAgain = patience > 0 && isQuestion
  for (const step of recorded.before ?? []) {
    if ('wait_status' in step) await waitForStatus(rest, step.wait_status)
    else if ('do' in step) await act?.(step.do)
    else if (!mayAskAgain) await delay(step.sleep_s * 1000)
  }
  const end = Date.now() + (isQuestion ? Math.max(patience, LENIENCE) : 0)
  for (;;) {
    const differences = await ask(target, recorded, meant)
    if (differences.length === 0 || Date.now() >= end) return differences
    await delay(PAUSE)
  }
}

async function ask(target: Target, recorded: Case, meant: readonly Difference[]): Promise<string[]> {
  const answer = await send({ ...target, tls: recorded.request.tls }, requestOf(recorded))
  const applying = meant.filter(({ cases }) =>
    typeof cases === 'function' ? cases(recorded) : cases.includes(recorded.name)
  )
  const expected = applying.reduce(
    (given, difference) => difference.correct?.(given, recorded) ?? given,
    recorded.response
  )
  const volatile = [...(recorded.volatile ?? []), ...applying.flatMap((difference) => difference.volatile ?? [])]
  return compare(expected, answer, { ...recorded, volatile })
}

/** A recorded request as it is sent. */
export function requestOf({ request }: Case): RawRequest {
  if (request.raw !== undefined) return { raw: request.raw }
  const body = Buffer.from(request.body ?? '', request.body_encoding ?? 'utf8')
  return { method: request.method, path: request.path, headers: request.headers, body }
}

async function waitForStatus(
  target: Target,
  { cid, statuses, timeout_s: seconds }: { cid: string; statuses: string[]; timeout_s: number }
): Promise<void> {
  const end = Date.now() + seconds * 1000
  let answer: RawAnswer
  do {
    answer = await send(target, { path: `/pins/${cid}` })
    const { peer_map: peers = {} } = JSON.parse(answer.body) as { peer_map?: Record<string, { status: string }> }
    if (Object.values(peers).every(({ status }) => statuses.includes(status))) return
    await delay(50)
  } while (Date.now() < end)
  throw new Error(`${cid} has not become ${statuses.join(' or ')}: ${answer.body}`)
}
