import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ClusterError } from '@ipfs-cluster/api'
import type { PeerId } from '@ipfs-cluster/api'
import { createIdentity } from '@ipfs-cluster/core/config'
import { network, parsePeerstore } from '@ipfs-cluster/core/network'
import type { KnownPeer, Network } from '@ipfs-cluster/core/network'
import { messageOf, nullLogger, startAll, stopAll, withTimeout } from '@ipfs-cluster/core/util'
import { adviceFor } from '@ipfs-cluster/daemon'
import { fail, ok, warn } from './finding.ts'
import type { Finding, Patient } from './finding.ts'

/** Milliseconds that a peer is given to answer. */
const PATIENCE = 5000

/** Peers that are called, all at the same time. */
const MOST = 32

/** Whether the other peers answer that this one knows of, and have the same secret. */
export async function checkPeers(patient: Patient): Promise<Finding[]> {
  const peers = await knownPeers(patient)
  if (peers.length === 0) return [ok('peers', 'no other peer is known; others may call, or be given with --bootstrap')]
  const left = peers.length - MOST
  try {
    const findings = await whileConnected(patient, (net) =>
      Promise.all(peers.slice(0, MOST).map((peer) => callPeer(net, peer)))
    )
    return left > 0 ? [...findings, ok('peers', `${left} more are known and were not called`)] : findings
  } catch (err) {
    return [fail('peers', `cannot call them: ${messageOf(err)}`, adviceFor(err))]
  }
}

async function knownPeers({ folder, loaded: { config, identity } }: Patient): Promise<KnownPeer[]> {
  const { peerstoreFile, peerAddresses } = config.cluster
  const path = resolve(folder.path, peerstoreFile === '' ? folder.peerstore : peerstoreFile)
  const stored = await readFile(path, 'utf8').catch(() => '')
  return parsePeerstore(`${peerAddresses.join('\n')}\n${stored}`).filter(({ peer }) => peer !== identity.id)
}

/** With an identity of its own, so that the peer itself may run meanwhile. */
async function whileConnected<T>({ loaded: { config } }: Patient, work: (net: Network) => Promise<T>): Promise<T> {
  const { privateKey } = await createIdentity()
  const init = { secret: config.cluster.secret, listenMultiaddress: [], mdnsInterval: 0, dialPeerTimeout: PATIENCE }
  const net = network(init)({ privateKey, logger: nullLogger })
  await startAll([net])
  try {
    return await work(net)
  } finally {
    await stopAll([net])
  }
}

async function callPeer(net: Network, { peer, addresses }: KnownPeer): Promise<Finding> {
  const failures: unknown[] = []
  const signal = withTimeout(PATIENCE)
  for (const address of addresses) {
    try {
      await net.connect(`${address}/p2p/${peer}`, { signal })
      return ok('peers', `${peer} answers at ${address}`)
    } catch (err) {
      failures.push(err)
    }
  }
  return unreachable(peer, failures)
}

function unreachable(peer: PeerId, failures: readonly unknown[]): Finding {
  const secret = failures.find((err) => err instanceof ClusterError && err.code === 'ERR_WRONG_SECRET')
  if (secret instanceof ClusterError) return fail('peers', `${peer} has another secret`, secret.next)
  const reason = failures.length === 0 ? 'no address of it is known' : messageOf(failures[0])
  const advice = 'Check that it runs, that its address is right, and that no firewall is between; or forget it.'
  return warn('peers', `${peer} does not answer: ${reason}`, advice)
}
