import { KuboError } from '../../errors.ts'

const MAX_BYTES = 255

/** @throws KuboError when the name of a pin is longer than Kubo allows */
export function checkPinName(name: string): void {
  const bytes = Buffer.byteLength(name)
  if (bytes > MAX_BYTES) throw new KuboError(`pin name is ${bytes} bytes (max ${MAX_BYTES} bytes)`)
}
