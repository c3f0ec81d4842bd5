import { string } from '@ipfs-cluster/cli-kit'
import type { FlagMap } from '@ipfs-cluster/cli-kit'

/** Name of the program. */
export const PROGRAM = 'ipfs-cluster-follow'

/** The options that stand before the name of a cluster. */
export const globals = {
  config: string({
    char: 'c',
    helpValue: 'FOLDER',
    env: 'IPFS_CLUSTER_PATH',
    summary: 'path to the followers configuration and data FOLDER (default: "$HOME/.ipfs-cluster-follow")'
  }),
  /** Set by the program itself from the first word, for the commands. */
  cluster: string({ hidden: true })
} satisfies FlagMap

export type Globals = typeof globals
