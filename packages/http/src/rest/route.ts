import type { Cluster } from '@ipfs-cluster/core/cluster'
import { route } from '../common/route.ts'

/** A route of the REST API: its handler works on the cluster. */
export const clusterRoute: ReturnType<typeof route<Cluster>> = route<Cluster>()

/** Failures that many routes share, and when they come. */
export const BAD_ARGUMENT = 'An argument cannot be read; the message names it'
export const NOT_PINNED = 'The CID is not part of the pinset'
export const FAILED = 'The peer could not do it; the message says why'
