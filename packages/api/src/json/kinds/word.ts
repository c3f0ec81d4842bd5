import type { PinMode, PinType } from '../../pin.ts'
import type { TrackerStatus } from '../../status.ts'
import { TrackerStatusBits } from '../../status.ts'
import { asItIs, parsed } from '../codec.ts'
import type { JsonCodec } from '../codec.ts'

export const pinMode: JsonCodec<PinMode> = parsed<PinMode>('a pin mode', 'recursive', asItIs, parsePinMode)

export const pinType: JsonCodec<PinType> = parsed<PinType>('a pin type', 'bad-type', asItIs, parsePinType)

export const trackerStatus: JsonCodec<TrackerStatus> = parsed<TrackerStatus>('a status', 'undefined', asItIs, (text) =>
  Object.hasOwn(TrackerStatusBits, text) ? (text as TrackerStatus) : 'undefined'
)

/** The mode of that name; any other word means recursive. */
export function parsePinMode(text: string): PinMode {
  return text === 'direct' ? 'direct' : 'recursive'
}

/** The type of that name; empty means all, any other word `bad-type`. */
export function parsePinType(text: string): PinType {
  switch (text) {
    case 'pin':
    case 'meta-pin':
    case 'clusterdag-pin':
    case 'shard-pin':
    case 'all':
      return text
    case '':
      return 'all'
    default:
      return 'bad-type'
  }
}
