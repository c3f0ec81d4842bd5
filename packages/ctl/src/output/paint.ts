import type { Io } from '@ipfs-cluster/cli-kit'

/** How words stand out on a terminal. */
export interface Paint {
  good(text: string): string
  bad(text: string): string
  busy(text: string): string
  strong(text: string): string
}

const colored =
  (code: number) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`
const COLORS: Paint = { good: colored(32), bad: colored(31), busy: colored(33), strong: colored(1) }

const same = (text: string): string => text
export const PLAIN: Paint = { good: same, bad: same, busy: same, strong: same }

/** Colours for a terminal that has them and a user who wants them (https://no-color.org). */
export function paintFor({ stdout, env }: Io): Paint {
  const isUnwanted = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb'
  return !isUnwanted && stdout.isTTY === true ? COLORS : PLAIN
}
