import type { CID } from 'multiformats/cid'
import { base36 } from 'multiformats/bases/base36'
import { resolve as resolvePath } from '../../dag/path.ts'
import { KuboError } from '../../errors.ts'
import type { Command, RpcContext } from '../context.ts'

const ONLINE_ONLY = "this action must be run in online mode, try running 'ipfs daemon' first"

/** `resolve`: what a path leads to. */
export const resolve: Command = {
  args: { name: 'name', min: 1, max: 1 },
  options: { recursive: 'bool', r: '=recursive', dhtrc: 'int', dhtt: 'string' },
  async run(context) {
    const { node, args, read, reply, options } = context
    const [given = ''] = args
    const path = isName(given) ? await lookUp(context, given) : given
    const { cid, remainder } = await resolvePath(node.blocks, path, read)
    // The answer is written as the question was, unless a base was asked for.
    const text = options.has('cid-base') ? context.encode(cid) : sameForm(path, cid)
    await reply.once({ Path: ['', 'ipfs', text, ...remainder].join('/') })
  }
}

/** `name/resolve`: what a name leads to; the node's own, when none is given. */
export const nameResolve: Command = {
  args: { name: 'name', min: 0, max: 1 },
  options: {
    ...{ recursive: 'bool', r: '=recursive', nocache: 'bool', n: '=nocache', stream: 'bool', s: '=stream' },
    ...{ 'dht-record-count': 'int', dhtrc: '=dht-record-count', 'dht-timeout': 'string', dhtt: '=dht-timeout' }
  },
  async run(context) {
    const [name = context.node.identity.peerId] = context.args
    await context.reply.once({ Path: await lookUp(context, isName(name) ? name : `/ipns/${name}`) })
  }
}

/** @throws KuboError also when this node looks no names up */
async function lookUp(context: RpcContext, name: string): Promise<string> {
  const { names } = context.node
  if (names === undefined || context.read.offline === true) throw cannotLookUp(context)
  return names.resolve(name.replace(/^ipns:(\/\/)?/, '/ipns/'), { signal: context.signal })
}

function isName(path: string): boolean {
  return /^(\/ipns\/|ipns:)/.test(path)
}

function cannotLookUp({ node, read }: RpcContext): KuboError {
  const isOffline = node.swarm === undefined || read.offline === true
  return new KuboError(isOffline ? ONLINE_ONLY : 'could not resolve name: this node does not look names up')
}

/** The CID in the base and version in which the first CID of the path was written, where that can be. */
function sameForm(path: string, cid: CID): string {
  const root = path.replace(/^(\/ip(fs|ld)\/|ip(fs|ld):(\/\/)?)/, '').split('/', 1)[0] ?? ''
  if (root.startsWith('Qm')) return cid.toString()
  return root.startsWith('k') ? cid.toV1().toString(base36) : cid.toV1().toString()
}
