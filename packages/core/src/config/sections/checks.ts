/** A check that a number is above 0. */
export function above0(failure: string): { check: (value: number) => string | undefined; range: string } {
  return { check: (value) => (value > 0 ? undefined : failure), range: 'above 0' }
}

/** A check that a number is 0 or above. */
export function notBelow0(failure: string): { check: (value: number) => string | undefined; range: string } {
  return { check: (value) => (value >= 0 ? undefined : failure), range: '0 or above' }
}
