import { compareText } from '@ipfs-cluster/api'
import type { ConnectGraph, PeerId } from '@ipfs-cluster/api'

/** What a graph may show besides. */
export interface GraphOptions {
  /** Also the IPFS nodes outside the cluster that those of the cluster are connected to. */
  readonly allIpfsPeers: boolean
}

/** The name of a node in the file (`C0`, `T1`, `I0`), by what it stands for. */
type Names = ReadonlyMap<PeerId, string>

interface NodeStyle {
  readonly name: string
  readonly label: string
  readonly detail: string
  readonly color: string
  readonly shape: 'box3d' | 'cylinder'
  readonly isSelf?: boolean
}

/** Who is connected to whom, as a file for Graphviz. */
export function graphText(graph: ConnectGraph, options: GraphOptions): string {
  const ipfsLinks = selectIpfsLinks(graph, options)
  const peers = sortedKeys(graph.clusterLinks)
  const cluster = clusterNodes(graph, peers)
  const ipfs = ipfsNodes(graph, peers, sortedKeys(ipfsLinks))
  const ipfsEdges = sortedKeys(ipfsLinks).flatMap((from) =>
    (ipfsLinks[from] ?? []).flatMap((to) => edge(ipfs.names.get(from), ipfs.names.get(to)))
  )
  return [
    'digraph cluster {',
    '/* The nodes of the connectivity graph */',
    '/* The cluster-service peers */',
    ...subgraph('min', cluster.lines),
    '',
    '/* The ipfs peers */',
    ...subgraph('max', ipfs.lines),
    '',
    '/* Edges representing active connections in the cluster */',
    '/* The connections among cluster-service peers */',
    ...peers.flatMap((from) =>
      (graph.clusterLinks[from] ?? []).flatMap((to) => edge(cluster.names.get(from), cluster.names.get(to)))
    ),
    '',
    '/* The connections between cluster peers and their ipfs daemons */',
    ...peers.flatMap((peer) => daemonEdge(graph, peer, cluster.names, ipfs.names)),
    '',
    '/* The swarm peer connections among ipfs daemons in the cluster */',
    ...ipfsEdges,
    '}'
  ].join('\n')
}

function clusterNodes(graph: ConnectGraph, peers: readonly PeerId[]): { names: Names; lines: string[] } {
  const names = new Map<PeerId, string>()
  const lines = peers.map((peer, index) => {
    const isSelf = peer === graph.clusterId
    const isTrusted = graph.clusterTrustLinks[peer] === true
    const name = `${!isSelf && isTrusted ? 'T' : 'C'}${index}`
    names.set(peer, name)
    const color = isSelf || isTrusted ? 'orange' : 'darkorange3'
    const label = graph.idToPeername[peer] ?? ''
    return nodeLine(peer, { name, label, detail: shorten(peer), color, shape: 'box3d', isSelf })
  })
  return { names, lines }
}

/** The IPFS nodes, and behind them one for each cluster peer whose IPFS node is not known. */
function ipfsNodes(
  graph: ConnectGraph,
  peers: readonly PeerId[],
  daemons: readonly PeerId[]
): { names: Names; lines: string[] } {
  const names = new Map<PeerId, string>()
  const add = (id: PeerId, detail: string, color: string): string => {
    const name = `I${names.size}`
    names.set(id, name)
    return nodeLine(id, { name, label: 'IPFS', detail, color, shape: 'cylinder' })
  }
  const lines = daemons.map((daemon) => add(daemon, shorten(daemon), 'turquoise3'))
  for (const peer of peers) {
    if (graph.clusterToIpfs[peer] === undefined) lines.push(add(peer, 'Errored', 'firebrick1'))
  }
  return { names, lines }
}

function daemonEdge(graph: ConnectGraph, peer: PeerId, cluster: Names, ipfs: Names): string[] {
  const daemon = graph.clusterToIpfs[peer]
  if (daemon === undefined) return edge(cluster.get(peer), ipfs.get(peer), ' [ style="dotted" ]')
  return edge(cluster.get(peer), ipfs.get(daemon))
}

/** Links to nodes outside the cluster are left out, unless they were asked for: then the nodes appear as well. */
function selectIpfsLinks(graph: ConnectGraph, { allIpfsPeers }: GraphOptions): Record<PeerId, PeerId[]> {
  if (!allIpfsPeers) {
    const isMember = (id: PeerId): boolean => Object.hasOwn(graph.ipfsLinks, id)
    return Object.fromEntries(Object.entries(graph.ipfsLinks).map(([from, to]) => [from, to.filter(isMember)]))
  }
  const outside = Object.values(graph.ipfsLinks).flatMap((to) => to.map((id): [PeerId, PeerId[]] => [id, []]))
  return { ...Object.fromEntries(outside), ...graph.ipfsLinks }
}

function subgraph(rank: string, nodes: readonly string[]): string[] {
  return ['subgraph  {', `rank="${rank}"`, ...nodes, '}']
}

function nodeLine(group: string, { name, label, detail, color, shape, isSelf }: NodeStyle): string {
  const fields = [
    `label=< <B> ${label} </B> <BR/> <B> ${detail} </B> >`,
    `group="${group}"`,
    `color="${color}"`,
    'style="filled"',
    'colorscheme="x11"',
    'fontcolor="black"',
    'fontname="Arial"',
    `shape="${shape}"`,
    ...(isSelf === true ? ['peripheries="2"'] : [])
  ]
  return `${name} [${fields.join(' ')} ]`
}

/** No edge where one of its ends is not shown. */
function edge(from: string | undefined, to: string | undefined, style: string = ''): string[] {
  return from === undefined || to === undefined ? [] : [`${from} -> ${to}${style}`]
}

function shorten(id: PeerId): string {
  return `${id.slice(0, 2)}*${id.slice(-6)}`
}

function sortedKeys(map: object): string[] {
  return Object.keys(map).sort(compareText)
}
