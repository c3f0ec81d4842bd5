import { VERSION } from '@ipfs-cluster/api/version'
import type { Program } from '@ipfs-cluster/cli-kit'
import { readLogLevels } from '@ipfs-cluster/daemon/log-levels'
import { globals, PROGRAM } from './globals.ts'
import type { Globals } from './globals.ts'

const DESCRIPTION = `
ipfs-cluster-service runs a peer of an IPFS cluster.

The peers of a cluster agree on what is pinned, and each has the IPFS node
beside it pin what falls to it. A peer is controlled over its HTTP API, with
ipfs-cluster-ctl for instance.

A peer needs a folder with its configuration (service.json) and its identity
(identity.json), which "init" makes. The folder is ~/.ipfs-cluster unless
another one is given.

A first peer, with an IPFS node of its own:

  ipfs-cluster-service init --embedded-ipfs
  ipfs-cluster-service daemon

A peer that joins a cluster needs the secret of that cluster in CLUSTER_SECRET
when it is made, and the address of a peer:

  ipfs-cluster-service daemon --bootstrap /ip4/192.168.1.2/tcp/9096/p2p/12D3KooW...

Levels of the log are debug, info, warn and error:

  ipfs-cluster-service --loglevel info,cluster:debug,pintracker:debug daemon
`

/** The program: its options, its commands, and the exit statuses of the Go release. */
export const program: Program<Globals> = {
  bin: PROGRAM,
  version: VERSION,
  summary: 'IPFS Cluster peer',
  description: DESCRIPTION,
  globals,
  commands: [
    { name: 'init', load: async () => (await import('./commands/init.ts')).Init },
    { name: 'daemon', load: async () => (await import('./commands/daemon.ts')).Daemon },
    {
      name: 'state',
      summary: "Manages the peer's persistent state (pinset)",
      commands: [
        {
          name: 'crdt',
          summary: 'CRDT-state commands',
          before: async (context) => (await import('./state/require-crdt.ts')).requireCrdtPeer(context),
          commands: [
            { name: 'info', load: async () => (await import('./commands/state/crdt/info.ts')).CrdtInfo },
            { name: 'dot', load: async () => (await import('./commands/state/crdt/dot.ts')).CrdtDot },
            {
              name: 'mark-dirty',
              load: async () => (await import('./commands/state/crdt/mark-dirty.ts')).CrdtMarkDirty
            },
            {
              name: 'mark-clean',
              load: async () => (await import('./commands/state/crdt/mark-clean.ts')).CrdtMarkClean
            }
          ]
        },
        { name: 'export', load: async () => (await import('./commands/state/export.ts')).StateExport },
        { name: 'import', load: async () => (await import('./commands/state/import.ts')).StateImport },
        { name: 'cleanup', load: async () => (await import('./commands/state/cleanup.ts')).StateCleanup }
      ]
    },
    {
      name: 'config',
      summary: 'Shows and checks the configuration',
      commands: [
        { name: 'show', load: async () => (await import('./commands/config/show.ts')).ConfigShow },
        { name: 'validate', load: async () => (await import('./commands/config/validate.ts')).ConfigValidate }
      ]
    },
    { name: 'doctor', load: async () => (await import('./commands/doctor.ts')).Doctor },
    { name: 'version', load: async () => (await import('./commands/version.ts')).Version }
  ],
  exits: { usage: 0, noCommand: 1, unknownCommand: 1 },
  // A list of levels that makes no sense ends the program without a word and with status 0, as in the Go release, but
  // for the word.
  before: async ({ globals: { debug, loglevel }, stdout, stderr }) => {
    const { duplicates, malformed } = readLogLevels({ debug, loglevel })
    for (const component of duplicates) stdout.write(`overwriting existing ${component} log level\n`)
    if (malformed === undefined) return undefined
    stderr.write(`--loglevel: '${malformed}' is neither LEVEL nor COMPONENT:LEVEL; nothing was done\n`)
    return 0
  }
}
