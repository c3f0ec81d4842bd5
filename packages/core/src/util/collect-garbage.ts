import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * How much a collection is to bring: what is not used any more is found and its memory used again; or as much memory as
 * possible is given back to the system too, which takes twice as long.
 */
export type Thoroughness = 'usual' | 'thorough'

type Collect = (options: { type: 'major'; execution: 'async'; flavor: 'regular' | 'last-resort' }) => Promise<void>

let collect: Collect | undefined

/** Has V8 collect garbage soon; resolves when it has. */
export async function collectGarbage(thoroughness: Thoroughness): Promise<void> {
  collect ??= exposedCollect()
  await collect({
    type: 'major',
    execution: 'async',
    flavor: thoroughness === 'thorough' ? 'last-resort' : 'regular'
  })
}

/** Node gives this function only by a flag, to the contexts that are made after it was set. */
function exposedCollect(): Collect {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as Collect
}
