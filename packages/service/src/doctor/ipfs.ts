import { ClusterError } from '@ipfs-cluster/api'
import { ipfsHttp } from '@ipfs-cluster/core/ipfs'
import { messageOf, nullLogger, startAll, stopAll, withTimeout } from '@ipfs-cluster/core/util'
import { fail, ok } from './finding.ts'
import type { Finding, Patient } from './finding.ts'

/** Milliseconds that the IPFS node is given to answer. */
const PATIENCE = 5000

/** Whether the IPFS node answers. */
export async function checkIpfs({ loaded: { config }, isRunning }: Patient): Promise<Finding[]> {
  const { ipfshttp } = config.ipfsConnector
  if (config.ipfsNode?.enabled === true && !isRunning) {
    return [ok('ipfs', `the embedded node starts with the peer, its blocks are in ${config.ipfsNode.repo}`)]
  }
  const connector = ipfsHttp(ipfshttp)({ logger: nullLogger })
  try {
    await startAll([connector])
    const { id } = await connector.id({ signal: withTimeout(PATIENCE) })
    return [ok('ipfs', `${id} answers at ${ipfshttp.nodeMultiaddress}`)]
  } catch (err) {
    const advice = err instanceof ClusterError ? err.next : 'See whether the IPFS node is overloaded.'
    return [fail('ipfs', `the node at ${ipfshttp.nodeMultiaddress} does not answer: ${messageOf(err)}`, advice)]
  } finally {
    await stopAll([connector])
  }
}
