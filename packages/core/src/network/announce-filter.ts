import { BlockList } from 'node:net'
import { multiaddrValue, parseMultiaddr } from '@ipfs-cluster/api'
import type { Multiaddr } from '@ipfs-cluster/api'

/**
 * Which of our addresses others may be told (spec: wire 1.3).
 *
 * @param denied - whole addresses, or masks such as `/ip4/10.0.0.0/ipcidr/8`, that keep away all addresses of a network
 * @returns a function that says whether an address, without its `/p2p/` part, may be told
 */
export function announceFilter(denied: readonly Multiaddr[]): (address: Multiaddr) => boolean {
  const exact = new Set<string>()
  const networks = new BlockList()
  for (const address of denied) {
    if (!addMask(networks, address)) exact.add(address)
  }
  return (address) => {
    if (exact.has(address)) return false
    const host = hostOf(address)
    return host === undefined || !networks.check(host.value, host.family)
  }
}

function addMask(networks: BlockList, address: Multiaddr): boolean {
  const prefix = multiaddrValue(parseMultiaddr(address), 'ipcidr')
  const host = hostOf(address)
  if (prefix === undefined || host === undefined) return false
  networks.addSubnet(host.value, Number(prefix), host.family)
  return true
}

function hostOf(address: Multiaddr): { value: string; family: 'ipv4' | 'ipv6' } | undefined {
  const [first] = parseMultiaddr(address)
  if (first?.protocol === 'ip4') return { value: first.value, family: 'ipv4' }
  return first?.protocol === 'ip6' ? { value: first.value, family: 'ipv6' } : undefined
}
