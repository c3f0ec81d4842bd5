import { ClusterError } from '@ipfs-cluster/api'
import { pathToFileURL } from 'node:url'
import { messageOf } from './errors.ts'
import { abortable, withDeadline, withTimeout } from './signals.ts'
import type { AbortOptions } from './startable.ts'

/** Milliseconds that a plugin may take, to be loaded and for each call. */
export const PLUGIN_TIMEOUT = 5000

/** For callers who do not give up. */
const NEVER = new AbortController().signal

/** A module of the user's own in place of one of our parts. */
export interface PluginInit {
  /** The part that it stands for, which is also the name that the module exports: `allocator`, `informer`. */
  part: string
  /** The module as the settings name it. */
  module: string
  /** Absolute path of the module. */
  path: string
  /** Given to the module as they are. */
  options: unknown
}

/** What went wrong with a plugin, with its name. */
export function pluginError({ part, module }: Pick<PluginInit, 'part' | 'module'>, reason: unknown): ClusterError {
  return new ClusterError('ERR_PLUGIN', `${part} plugin ${module}: ${messageOf(reason)}`, { cause: reason })
}

/**
 * Loads a plugin and gives it its options: the module exports a function under the name of the part, and that function
 * makes a factory, `part(options) => (components) => part`.
 *
 * @returns the factory; what it makes is not checked
 * @throws ClusterError `ERR_PLUGIN`
 */
export async function loadPlugin(init: PluginInit): Promise<(components: unknown) => unknown> {
  const { part, path, options } = init
  try {
    const loading = import(pathToFileURL(path).href) as Promise<Record<string, unknown>>
    const exports = await abortable(loading, { signal: withTimeout(PLUGIN_TIMEOUT) })
    const make = exports[part]
    if (!isFunction(make)) {
      throw new TypeError(`the module must export a function "${part}"; it exports: ${listed(exports)}`)
    }
    const factory = make(options)
    if (!isFunction(factory)) {
      throw new TypeError(`"${part}" must be a function of the options that gives a function of the components`)
    }
    return factory
  } catch (err) {
    throw pluginError(init, err)
  }
}

/** How a plugin is called. */
export interface PluginCallOptions extends AbortOptions {
  /** Milliseconds; {@link PLUGIN_TIMEOUT} when absent. */
  timeout?: number | undefined
}

/**
 * Calls a plugin, which may throw or never answer.
 *
 * @param call - gets a signal that aborts when time is up, or with that of the caller
 * @throws what the plugin throws, the reason of the caller's signal, or an Error when time is up
 */
export async function callPlugin<T>(
  call: (signal: AbortSignal) => T | Promise<T>,
  { signal = NEVER, timeout = PLUGIN_TIMEOUT }: PluginCallOptions = {}
): Promise<T> {
  return withDeadline(timeout, signal, async (limit) => {
    try {
      // A call that throws at once must not differ from one that rejects.
      return await abortable((async (): Promise<T> => call(limit))(), { signal: limit })
    } catch (err) {
      throw limit.aborted && !signal.aborted ? new Error(`no answer within ${timeout / 1000} s`, { cause: err }) : err
    }
  })
}

function listed(exports: Record<string, unknown>): string {
  return Object.entries(exports)
    .map(([name, value]) => `${name} (${typeof value})`)
    .join(', ')
}

function isFunction(value: unknown): value is (argument: unknown) => unknown {
  return typeof value === 'function'
}
