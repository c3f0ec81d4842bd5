/** The value below which that share of the values lies; `share` from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  if (value === undefined) throw new RangeError('no values to take a quantile of')
  return value
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}
