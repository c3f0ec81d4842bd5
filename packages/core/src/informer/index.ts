/**
 * @packageDocumentation
 *
 * What a peer measures of itself for the others to decide by: the room on its disk, the pins that wait, its
 * tags, or whatever a plugin measures.
 *
 * @example
 * const informers = [diskInformer({ metricType: 'freespace' })({ ipfs }), tagsInformer({ tags: { region: 'eu' } })()]
 * for (const { name, value } of await informers[0].read()) console.log(name, value)
 */
export { diskInformer } from './disk.ts'
export type { DiskInformerComponents, DiskInformerInit } from './disk.ts'
export type { Informer, Reading } from './interface.ts'
export { numpinInformer } from './numpin.ts'
export type { NumpinInformerComponents, NumpinInformerInit } from './numpin.ts'
export { pinqueueInformer } from './pinqueue.ts'
export type { PinqueueInformerComponents, PinqueueInformerInit } from './pinqueue.ts'
export { pluginInformer } from './plugin.ts'
export type { PluginInformerComponents, PluginInformerInit } from './plugin.ts'
export { tagsInformer } from './tags.ts'
export type { TagsInformerInit } from './tags.ts'
