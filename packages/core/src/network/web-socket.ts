import { parseMultiaddr } from '@ipfs-cluster/api'
import type { Multiaddr } from '@ipfs-cluster/api'
import type { Transport } from '@libp2p/interface'
import { transportSymbol } from '@libp2p/interface'
import type { WebSocketsComponents } from '@libp2p/websockets'

type Factory = (components: WebSocketsComponents) => Transport

const PROTOCOLS = new Set(['tls', 'sni', 'ws', 'wss', 'p2p'])

/** Whether it is the address of a WebSocket, and no detour. */
export function isWebSocket(address: Multiaddr): boolean {
  const [, tcp, ...rest] = parseMultiaddr(address).map(({ protocol }) => protocol)
  const isSocket = rest.includes('ws') || rest.includes('wss')
  return tcp === 'tcp' && isSocket && rest.every((protocol) => PROTOCOLS.has(protocol))
}

/**
 * WebSocket, which few peers use: its library is loaded at once by those that listen on it, by others when they call
 * the first peer that does.
 */
export async function webSocketTransport(listens: boolean): Promise<Factory> {
  const load = async (): Promise<Factory> => (await import('@libp2p/websockets')).webSockets()
  return listens ? load() : callOnly(load)
}

function callOnly(load: () => Promise<Factory>): Factory {
  return (components) => {
    let loading: Promise<Transport> | undefined
    const transport = (): Promise<Transport> => (loading ??= load().then((factory) => factory(components)))
    return {
      [transportSymbol]: true,
      [Symbol.toStringTag]: '@libp2p/websockets',
      dial: async (address, options) => (await transport()).dial(address, options),
      dialFilter: (addresses) => addresses.filter((address) => isWebSocket(address.toString())),
      listenFilter: () => [],
      createListener: () => {
        throw new Error('no WebSocket address was to be listened on')
      }
    }
  }
}
