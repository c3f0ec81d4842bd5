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
  /** What we answer instead. */
  correct?(answer: Recorded, recorded: Case): Recorded
  /** What may be as it likes. */
  volatile?: readonly Volatile[]
}

/** What came of one case. */
export interface Outcome {
  name: string
  /** What differs and is not meant; empty when all is well. */
  differences: string[]
}

/**
 * Sends one recorded request, when what must come before has happened, and compares the answers.
 *
 * @param rest - the REST API of the same peer, which is asked whether it has happened
 */
export async function replayCase(
  target: Target,
  recorded: Case,
  meant: readonly Difference[],
  rest: Target = target
): Promise<Outcome> {
  for (const step of recorded.before ?? []) {
    if ('sleep_s' in step) await delay(step.sleep_s * 1000)
    else if ('wait_status' in step) await waitForStatus(rest, step.wait_status)
    else throw new Error(`case ${recorded.name} needs someone to ${step.do}`)
  }
  const answer = await send({ ...target, tls: recorded.request.tls }, requestOf(recorded))
  const applying = meant.filter(({ cases }) =>
    typeof cases === 'function' ? cases(recorded) : cases.includes(recorded.name)
  )
  const expected = applying.reduce(
    (given, difference) => difference.correct?.(given, recorded) ?? given,
    recorded.response
  )
  const volatile = [...(recorded.volatile ?? []), ...applying.flatMap((difference) => difference.volatile ?? [])]
  return { name: recorded.name, differences: compare(expected, answer, { ...recorded, volatile }) }
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
