import { VERSION } from '@ipfs-cluster/api/version'
import type { Program } from '@ipfs-cluster/cli-kit'
import { globals, PROGRAM } from './globals.ts'
import type { Globals } from './globals.ts'

const DESCRIPTION = `
ipfs-cluster-follow runs peers that follow clusters of others.

The trusted peers of a cluster decide what is pinned; a follower has the IPFS
node of this machine pin it too, and can change nothing in the cluster. Many
clusters can be followed at once, each by a NAME of your choice. The peer of each
has a folder in ~/.ipfs-cluster-follow, or in the one given.

Which clusters are followed:

  ipfs-cluster-follow

Follow a cluster whose configuration is published somewhere:

  ipfs-cluster-follow NAME init URL
  ipfs-cluster-follow NAME run

How that peer fares, and what the cluster pins:

  ipfs-cluster-follow NAME info
  ipfs-cluster-follow NAME list
`

/** Stands for the name of a cluster in help. */
const ANY_CLUSTER = '<clusterName>'

/** The program, with the commands of one cluster. */
export function followProgram(cluster: string = ANY_CLUSTER): Program<Globals> {
  return {
    bin: PROGRAM,
    version: VERSION,
    summary: 'IPFS Cluster Follower',
    description: DESCRIPTION,
    globals,
    commands: [
      {
        name: cluster,
        summary: `Follower peer management for "${cluster}"`,
        commands: [
          { name: 'info', load: async () => (await import('./commands/info.ts')).Information },
          { name: 'init', load: async () => (await import('./commands/init.ts')).Init },
          { name: 'run', load: async () => (await import('./commands/run.ts')).Run },
          { name: 'list', load: async () => (await import('./commands/list.ts')).List },
          { name: 'leave', isAddition: true, load: async () => (await import('./commands/leave.ts')).Leave }
        ]
      }
    ],
    exits: { usage: 0, noCommand: 0, unknownCommand: 'message' }
  }
}
