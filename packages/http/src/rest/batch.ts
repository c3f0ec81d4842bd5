import { ClusterError, encodeBatchResultLine, isDefined, parseJSON, pinFromJSON } from '@ipfs-cluster/api'
import type { Pin } from '@ipfs-cluster/api'
import type { Cluster } from '@ipfs-cluster/core/cluster'
import { messageOf } from '@ipfs-cluster/core/util'
import { statusOf } from '../common/failure.ts'
import { refuse } from './parameters.ts'
import { mapAhead } from './streams.ts'
import { textLines } from './text-lines.ts'
import type { TextLine } from './text-lines.ts'

/** Longest description of a pin. */
const MAX_LINE = 64 * 1024

/** Pins under way at the same time: what the consensus commits together. */
const AT_ONCE = 1024

/**
 * Pins what is described line by line, and tells of each line what came of it, in the same order. A line that is wrong
 * is answered with its error, and the rest goes on. No more is read than can be worked on, and nothing when nobody takes
 * the results.
 */
export function pinBatch(
  cluster: Pick<Cluster, 'pin'>,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal
): AsyncGenerator<string, void, undefined> {
  return mapAhead(textLines(body, MAX_LINE), AT_ONCE, (line) => pinLine(cluster, line, signal))
}

async function pinLine(cluster: Pick<Cluster, 'pin'>, line: TextLine, signal: AbortSignal): Promise<string> {
  try {
    const asked = readPin(line)
    const pin = await cluster.pin(asked.cid, asked, { signal })
    return encodeBatchResultLine({ line: line.number, pin })
  } catch (err) {
    signal.throwIfAborted()
    return encodeBatchResultLine({ line: line.number, error: { code: statusOf(err), message: messageOf(err) } })
  }
}

/** A pin as everywhere in the API; what is no option of a pin is passed over. */
function readPin({ text }: TextLine): Pin {
  if (text === undefined) throw new ClusterError('ERR_BAD_REQUEST', `the line is longer than ${MAX_LINE} bytes`)
  const pin = refuse('error decoding the pin', () => pinFromJSON(parseJSON(text)))
  if (!isDefined(pin.cid)) throw new ClusterError('ERR_BAD_REQUEST', 'the pin has no cid')
  // Parts of a sharded item only make sense together, and are made by adding it.
  if (pin.type !== 'pin' && pin.type !== 'bad-type') {
    throw new ClusterError('ERR_BAD_REQUEST', 'only pins of the type pin can be made')
  }
  return pin
}
