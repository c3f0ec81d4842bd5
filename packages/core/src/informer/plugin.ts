import type { Logger } from '../util/logger.ts'
import type { PluginInit } from '../util/plugin.ts'
import { callPlugin, pluginError } from '../util/plugin.ts'
import type { AbortOptions } from '../util/startable.ts'
import { checkReadings } from './check-readings.ts'
import { LOG_EVERY, MIN_PLUGIN_TTL } from './defaults.ts'
import type { DiskInformerComponents } from './disk.ts'
import type { Informer, Reading } from './interface.ts'
import type { PinqueueInformerComponents } from './pinqueue.ts'

/** What an informer of the user's own gets. */
export interface PluginInformerComponents extends DiskInformerComponents, PinqueueInformerComponents {
  log: Logger
}

/** A loaded plugin. */
export interface PluginInformerInit {
  plugin: Pick<PluginInit, 'part' | 'module'>
  /** The factory of the module. */
  make: (components: PluginInformerComponents) => unknown
  /** Milliseconds for one reading; 5 s when absent. */
  timeout?: number
}

/**
 * An informer of the user's own. What it reads is checked: a metric that cannot be told is left out, with a line in the
 * log now and then.
 *
 * @throws ClusterError `ERR_PLUGIN` when it makes no informer
 */
export function pluginInformer(init: PluginInformerInit): (components: PluginInformerComponents) => Informer {
  return (components) => new PluginInformer(makeInformer(init, components), components.log, init)
}

class PluginInformer implements Informer {
  readonly name: string
  readonly ttl: number
  readonly #informer: Informer
  readonly #log: Logger
  readonly #init: PluginInformerInit
  #isReading = false
  #faulty = 0

  constructor(informer: Informer, log: Logger, init: PluginInformerInit) {
    this.name = informer.name
    this.ttl = informer.ttl
    this.#informer = informer
    this.#log = log
    this.#init = init
  }

  async read({ signal }: AbortOptions = {}): Promise<Reading[]> {
    const { plugin, timeout } = this.#init
    if (this.#isReading) throw pluginError(plugin, 'the last reading has not ended')
    try {
      const answer = await callPlugin((limit) => this.#readOnce(limit), { signal, timeout })
      const { readings, faults } = checkReadings(answer)
      this.#tell(faults)
      return readings
    } catch (err) {
      signal?.throwIfAborted()
      throw pluginError(plugin, err)
    }
  }

  async #readOnce(signal: AbortSignal): Promise<unknown> {
    this.#isReading = true
    try {
      return await this.#informer.read({ signal })
    } finally {
      this.#isReading = false
    }
  }

  #tell(faults: readonly string[]): void {
    if (faults.length === 0) {
      this.#faulty = 0
    } else if (this.#faulty++ % LOG_EVERY === 0) {
      this.#log.warn(`not told to other peers: ${pluginError(this.#init.plugin, faults.join('; ')).message}`)
    }
  }
}

function makeInformer({ plugin, make }: PluginInformerInit, components: PluginInformerComponents): Informer {
  let made: unknown
  try {
    made = make(components)
  } catch (err) {
    throw pluginError(plugin, err)
  }
  if (!isInformer(made)) {
    throw pluginError(plugin, `what it makes must have "name", "ttl" of ${MIN_PLUGIN_TTL} ms or more, and "read"`)
  }
  return made
}

function isInformer(value: unknown): value is Informer {
  if (typeof value !== 'object' || value === null) return false
  const { name, ttl, read } = value as Record<string, unknown>
  const isTime = typeof ttl === 'number' && Number.isFinite(ttl) && ttl >= MIN_PLUGIN_TTL
  return typeof name === 'string' && name !== '' && isTime && typeof read === 'function'
}
