import type { PeerId } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import type { PluginInit } from '../util/plugin.ts'
import { callPlugin, pluginError } from '../util/plugin.ts'
import type { Logger } from '../util/logger.ts'
import { nullLogger } from '../util/logger.ts'
import type { AbortOptions } from '../util/startable.ts'
import { checkAllocations } from './check-allocations.ts'
import type { AllocationRequest, Allocator, AllocatorComponents, AllocatorInit } from './interface.ts'
import { MetricsAllocator } from './metrics-allocator.ts'
import { trustPolicy } from './trust-policy.ts'

/** Calls that a plugin may leave without an answer before it is asked no more until one of them ends. */
const MAX_UNANSWERED = 1000

/** What an allocator of the user's own gets. */
export interface PluginAllocatorComponents extends AllocatorComponents {
  /** The allocator that would be used otherwise, with its settings: to ask first, or to fall back on. */
  balanced: Allocator
  log: Logger
}

/** A loaded plugin, and the settings of the allocator in whose place it stands. */
export interface PluginAllocatorInit extends AllocatorInit {
  plugin: Pick<PluginInit, 'part' | 'module'>
  /** The factory of the module. */
  make: (components: PluginAllocatorComponents) => unknown
  /** Milliseconds for one pin; 5 s when absent. */
  timeout?: number
}

/**
 * Puts an allocator of the user's own in the place of ours. Whatever it does, a pin gets either peers that may hold it
 * or an error that names the plugin.
 *
 * @throws ClusterError `ERR_PLUGIN` when it makes no allocator
 */
export function pluginAllocator(init: PluginAllocatorInit): (components: AllocatorComponents) => Allocator {
  return (components) => {
    const balanced = new MetricsAllocator(components, init)
    const log = (components.logger ?? nullLogger).forComponent('allocator')
    return new PluginAllocator(makeAllocator(init, { ...components, balanced, log }), components, init)
  }
}

class PluginAllocator implements Allocator {
  readonly #allocator: Pick<Allocator, 'allocate'>
  readonly #components: AllocatorComponents
  readonly #init: PluginAllocatorInit
  #unanswered = 0

  constructor(allocator: Pick<Allocator, 'allocate'>, components: AllocatorComponents, init: PluginAllocatorInit) {
    this.#allocator = allocator
    this.#components = components
    this.#init = init
  }

  async allocate(request: AllocationRequest, options: AbortOptions = {}): Promise<PeerId[]> {
    options.signal?.throwIfAborted()
    const { plugin, timeout } = this.#init
    if (this.#unanswered >= MAX_UNANSWERED) throw pluginError(plugin, `${MAX_UNANSWERED} calls are without an answer`)
    try {
      const { signal } = options
      const answer = await callPlugin((limit) => this.#ask(request, limit), { signal, timeout })
      return checkAllocations(answer, request, {
        isMember: (peer) => this.#components.metrics.latest('ping').some((each) => each.peer === peer),
        trust: trustPolicy(this.#init, this.#components)
      })
    } catch (err) {
      options.signal?.throwIfAborted()
      throw isTooFew(err) ? err : pluginError(plugin, err)
    }
  }

  async #ask(request: AllocationRequest, signal: AbortSignal): Promise<unknown> {
    this.#unanswered++
    try {
      return await this.#allocator.allocate(request, { signal })
    } finally {
      this.#unanswered--
    }
  }
}

function makeAllocator(
  { plugin, make }: PluginAllocatorInit,
  components: PluginAllocatorComponents
): Pick<Allocator, 'allocate'> {
  let made: unknown
  try {
    made = make(components)
  } catch (err) {
    throw pluginError(plugin, err)
  }
  if (!isAllocator(made)) throw pluginError(plugin, 'what it makes has no method "allocate"')
  return made
}

function isAllocator(value: unknown): value is Pick<Allocator, 'allocate'> {
  return typeof value === 'object' && value !== null && 'allocate' in value && typeof value.allocate === 'function'
}

/** That there are too few peers is an answer, also when the plugin passes on that of the usual allocator. */
function isTooFew(err: unknown): boolean {
  return err instanceof ClusterError && err.code === 'ERR_NOT_ENOUGH_PEERS'
}
