import { PinTypeBits } from '@ipfs-cluster/api'
import { PIN_TYPES, PinField } from '../codec/pin.ts'
import { ProtobufReader } from '../codec/index.ts'

/** The bit of a stored pin's type, read without decoding the rest; that of `bad-type` when there is none to be found. */
export function storedPinTypeBit(value: Uint8Array): number {
  return PinTypeBits[PIN_TYPES[typeNumber(value)] ?? 'bad-type']
}

function typeNumber(value: Uint8Array): number {
  try {
    const reader = new ProtobufReader(value)
    while (reader.next()) {
      if (reader.field === PinField.TYPE) return reader.uint32()
      reader.skip()
    }
  } catch {
    // Damaged: whoever reads the pin will say so.
  }
  return 0
}
