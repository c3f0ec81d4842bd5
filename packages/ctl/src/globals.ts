import { bool, int, string } from '@ipfs-cluster/cli-kit'
import type { FlagMap } from '@ipfs-cluster/cli-kit'

/** The options that stand before the command. */
export const globals = {
  host: string({
    char: 'l',
    default: '/ip4/127.0.0.1/tcp/9094',
    summary: 'multiaddresses of the API, separated by commas: the next is tried when one does not answer'
  }),
  secret: string({ summary: 'secret of the cluster in hex (32 bytes), for a host that is a libp2p address' }),
  https: bool({ char: 's', summary: 'use https to reach the API' }),
  'no-check-certificate': bool({ summary: 'take any certificate of the server. Only with --https' }),
  encoding: string({ aliases: ['enc'], default: 'text', summary: 'form of the output [text, json, table]' }),
  timeout: int({ char: 't', summary: 'seconds that one request may take, 0 for no limit' }),
  debug: bool({ char: 'd', summary: 'log what is done' }),
  'basic-auth': string({
    env: 'CLUSTER_CREDENTIALS',
    summary: '<user>[:<password>] that the server asks for. Implies --https unless there is --force-http'
  }),
  'force-http': bool({ char: 'f', summary: 'send credentials without https' })
} satisfies FlagMap

export type Globals = typeof globals
