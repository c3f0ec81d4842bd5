/** Weights are int64 on the wire. */
const MAX = 2n ** 63n - 1n

/** Whether a number can be the weight of a metric. */
export function isInt64(value: bigint): boolean {
  return value >= -MAX - 1n && value <= MAX
}
