import type { AddParams } from './add.ts'
import { defaultPinOptions } from './pin-defaults.ts'

/** Bytes per shard that clients of the Go release ask for: 100 MiB. */
export const DEFAULT_SHARD_SIZE = 100 * 1024 * 1024

/** How content is added when nothing is asked for. */
export function defaultAddParams(): AddParams {
  return {
    ...defaultPinOptions(),
    shardSize: DEFAULT_SHARD_SIZE,
    metadata: {},
    local: false,
    recursive: false,
    hidden: false,
    wrap: false,
    shard: false,
    streamChannels: true,
    format: 'unixfs',
    noPin: false,
    layout: 'balanced',
    chunker: 'size-262144',
    rawLeaves: false,
    progress: false,
    cidVersion: 0,
    hash: 'sha2-256',
    noCopy: false
  }
}
