import { ClusterError } from '@ipfs-cluster/api'
import { resolve } from 'node:path'
import { pluginAllocator } from '../allocator/index.ts'
import type { PluginConfig, ServiceConfig } from '../config/index.ts'
import { pluginInformer } from '../informer/index.ts'
import type { PluginInit } from '../util/plugin.ts'
import { loadPlugin } from '../util/plugin.ts'
import { allocatorInitFromConfig } from './from-config.ts'
import type { PeerParts } from './peer.ts'

/** Where a configuration comes from. */
export interface PluginPlace {
  /** Folder of the peer, to which modules are relative. */
  folder: string
  /** URL of the configuration, when it is not the user's own file. */
  source?: string | undefined
}

/**
 * Loads the modules of the user's own that a configuration names.
 *
 * @throws ClusterError `ERR_PLUGIN`; also for a configuration that was fetched, whose author must not choose what runs
 */
export async function loadPlugins(
  config: ServiceConfig,
  place: PluginPlace
): Promise<Pick<PeerParts, 'allocator' | 'informers'>> {
  const parts: Pick<PeerParts, 'allocator' | 'informers'> = {}
  if (config.allocator.plugin !== undefined) {
    const plugin = pluginOf('allocator', config.allocator.plugin, place)
    const make = await loadPlugin(plugin)
    parts.allocator = pluginAllocator({ ...allocatorInitFromConfig(config), plugin, make })
  }
  if (config.informer.plugin !== undefined) {
    const plugin = pluginOf('informer', config.informer.plugin, place)
    parts.informers = [pluginInformer({ plugin, make: await loadPlugin(plugin) })]
  }
  return parts
}

function pluginOf(part: 'allocator' | 'informer', { module, options }: PluginConfig, place: PluginPlace): PluginInit {
  if (place.source !== undefined) {
    throw new ClusterError(
      'ERR_PLUGIN',
      `${part} plugin ${module}: not loaded for a configuration from ${place.source}`
    )
  }
  return { part, module, options: options ?? {}, path: resolve(place.folder, module) }
}
