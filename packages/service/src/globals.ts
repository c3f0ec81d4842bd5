import { bool, string } from '@ipfs-cluster/cli-kit'
import type { FlagMap } from '@ipfs-cluster/cli-kit'

/** Name of the program. */
export const PROGRAM = 'ipfs-cluster-service'

/** The options that stand before the command. */
export const globals = {
  config: string({
    char: 'c',
    helpValue: 'FOLDER',
    env: 'IPFS_CLUSTER_PATH',
    summary: 'path to the configuration and data FOLDER (default: "$HOME/.ipfs-cluster")'
  }),
  force: bool({ char: 'f', summary: 'has no effect; the commands have a --force of their own' }),
  debug: bool({ char: 'd', summary: 'log everything' }),
  loglevel: string({
    char: 'l',
    env: 'IPFS_CLUSTER_LOG_LEVEL',
    summary: 'levels of the log: LEVEL or COMPONENT:LEVEL, separated by commas'
  })
} satisfies FlagMap

export type Globals = typeof globals
