import { VERSION } from '@ipfs-cluster/api/version'
import type { Program } from '@ipfs-cluster/cli-kit'
import { globals } from './globals.ts'
import type { Globals } from './globals.ts'
import { userDefaults } from './user-defaults.ts'

/** The commands of `ipfs-cluster-ctl`. Each is loaded when it is run, or described. */
export const program: Program<Globals> = {
  bin: 'ipfs-cluster-ctl',
  version: VERSION,
  summary: 'asks the peers of an IPFS Cluster, and tells them what to do',
  description: `
Sends requests to the REST API of a peer of an IPFS Cluster and prints the answers.
"ipfs-cluster-ctl help <command>" tells more of a command.

The peer is looked for at /ip4/127.0.0.1/tcp/9094, or where --host says. Several
hosts may be given, separated by commas: when the first does not answer, the next
is asked. So it is with a name that stands for several addresses.
`,
  globals,
  commands: [
    { name: 'id', load: async () => (await import('./commands/id.ts')).IdCommand },
    {
      name: 'peers',
      hiddenAliases: ['member'],
      summary: 'List, remove and drain the peers of the cluster',
      commands: [
        { name: 'ls', load: async () => (await import('./commands/peers/ls.ts')).PeersLsCommand },
        { name: 'rm', load: async () => (await import('./commands/peers/rm.ts')).PeersRmCommand },
        {
          name: 'drain',
          isAddition: true,
          load: async () => (await import('./commands/peers/drain.ts')).PeersDrainCommand
        },
        {
          name: 'maintenance',
          isAddition: true,
          load: async () => (await import('./commands/peers/maintenance.ts')).PeersMaintenanceCommand
        }
      ]
    },
    { name: 'add', load: async () => (await import('./commands/add.ts')).AddCommand },
    {
      name: 'pin',
      summary: 'Pin, unpin and list items of the cluster',
      commands: [
        { name: 'add', load: async () => (await import('./commands/pin/add.ts')).PinAddCommand },
        { name: 'rm', load: async () => (await import('./commands/pin/rm.ts')).PinRmCommand },
        { name: 'update', load: async () => (await import('./commands/pin/update.ts')).PinUpdateCommand },
        { name: 'ls', load: async () => (await import('./commands/pin/ls.ts')).PinLsCommand }
      ]
    },
    { name: 'status', load: async () => (await import('./commands/status.ts')).StatusCommand },
    {
      name: 'recover',
      hiddenAliases: ['sync'],
      load: async () => (await import('./commands/recover.ts')).RecoverCommand
    },
    { name: 'version', load: async () => (await import('./commands/version.ts')).VersionCommand },
    {
      name: 'health',
      summary: 'Show how the cluster fares',
      commands: [
        { name: 'graph', load: async () => (await import('./commands/health/graph.ts')).HealthGraphCommand },
        { name: 'metrics', load: async () => (await import('./commands/health/metrics.ts')).HealthMetricsCommand },
        { name: 'alerts', load: async () => (await import('./commands/health/alerts.ts')).HealthAlertsCommand },
        { name: 'bandwidth', load: async () => (await import('./commands/health/bandwidth.ts')).HealthBandwidthCommand }
      ]
    },
    {
      name: 'ipfs',
      summary: 'Manage the IPFS nodes of the peers',
      commands: [{ name: 'gc', load: async () => (await import('./commands/ipfs/gc.ts')).IpfsGcCommand }]
    },
    {
      name: 'rebalance',
      isAddition: true,
      load: async () => (await import('./commands/rebalance.ts')).RebalanceCommand
    },
    {
      name: 'state',
      isAddition: true,
      summary: 'Save the pinset of a running peer',
      commands: [
        {
          name: 'export',
          isAddition: true,
          load: async () => (await import('./commands/state/export.ts')).StateExportCommand
        }
      ]
    },
    {
      name: 'config',
      isAddition: true,
      summary: 'Keep values for the options before the command',
      commands: [
        {
          name: 'set',
          isAddition: true,
          load: async () => (await import('./commands/config/set.ts')).ConfigSetCommand
        },
        {
          name: 'get',
          isAddition: true,
          load: async () => (await import('./commands/config/get.ts')).ConfigGetCommand
        },
        {
          name: 'unset',
          isAddition: true,
          load: async () => (await import('./commands/config/unset.ts')).ConfigUnsetCommand
        },
        { name: 'ls', isAddition: true, load: async () => (await import('./commands/config/ls.ts')).ConfigLsCommand }
      ]
    },
    { name: 'bench', isAddition: true, load: async () => (await import('./commands/bench.ts')).BenchCommand },
    {
      name: 'completion',
      isAddition: true,
      load: async () => (await import('./commands/completion.ts')).CompletionCommand
    },
    { name: 'commands', load: async () => (await import('./commands/commands.ts')).CommandsCommand }
  ],
  defaults: userDefaults,
  exits: { usage: 1, noCommand: 0, unknownCommand: 'message' },
  async before(context) {
    const { readSettings } = await import('./session.ts')
    readSettings(context)
  }
}
