/** Levels in the order of their weight. */
const WEIGHTS = { debug: 0, info: 1, warn: 2, error: 3, dpanic: 4, panic: 5, fatal: 6 } as const

export type Level = keyof typeof WEIGHTS

/** Components that say much about little: a plain level does not change theirs. */
const QUIET: Readonly<Record<string, Level>> = {
  'p2p-gorpc': 'error',
  swarm2: 'error',
  raftlib: 'error',
  'libp2p-raft': 'fatal',
  badger: 'info',
  badger3: 'info',
  pebble: 'warn'
}

const ALL = 'all'

/** Which messages are logged. */
export class LogLevels {
  readonly #all: Level
  readonly #byComponent: ReadonlyMap<string, Level>

  constructor(all: Level, byComponent: ReadonlyMap<string, Level>) {
    this.#all = all
    this.#byComponent = byComponent
  }

  passes(component: string, level: Level): boolean {
    const threshold = this.#byComponent.get(component) ?? this.#all
    return WEIGHTS[level] >= WEIGHTS[threshold]
  }
}

/** What `--debug` and `--loglevel` say. */
export interface LogLevelsRead {
  levels: LogLevels
  /** Components that were given twice; the last one counts. */
  duplicates: string[]
  /** An item that cannot be understood; the levels are then not to be used. */
  malformed?: string
}

/**
 * Reads the levels of the log: `LEVEL` for all components, `COMPONENT:LEVEL` for one. A level that does not exist is
 * passed over.
 */
export function readLogLevels({ debug, loglevel }: { debug: boolean; loglevel: string }): LogLevelsRead {
  if (debug) return { levels: new LogLevels('debug', new Map()), duplicates: [] }
  const given = new Map<string, string>()
  const duplicates: string[] = []
  for (const item of loglevel.split(',').filter((text) => text !== '')) {
    const [first = '', second, ...rest] = item.split(':')
    if (rest.length > 0) return { levels: new LogLevels('info', new Map()), duplicates, malformed: item }
    const component = second === undefined ? ALL : first
    if (given.has(component)) duplicates.push(component)
    given.set(component, second ?? first)
  }
  const byComponent = new Map<string, Level>(Object.entries(QUIET))
  for (const [component, name] of given) {
    const level = levelNamed(name)
    if (component !== ALL && level !== undefined) byComponent.set(component, level)
  }
  return { levels: new LogLevels(levelNamed(given.get(ALL) ?? '') ?? 'info', byComponent), duplicates }
}

function levelNamed(name: string): Level | undefined {
  const lower = name.toLowerCase()
  return Object.hasOwn(WEIGHTS, lower) ? (lower as Level) : undefined
}
