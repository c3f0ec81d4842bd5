import type { IdentifyResult, Libp2pEvents, Listener, TypedEventTarget } from '@libp2p/interface'
import { isNetworkAddress } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The parts of libp2p that this needs. */
export interface OwnAddressesComponents {
  addressManager: {
    addObservedAddr(address: Multiaddr): void
    confirmObservedAddr(address: Multiaddr, options?: { type?: 'transport' | 'observed'; ttl?: number }): void
  }
  transportManager: { getAddrs(): Multiaddr[] }
  events: TypedEventTarget<Libp2pEvents>
}

/** Where a host can be reached. */
export interface OwnAddresses {
  /** The addresses that it listens on, whatever others are told. */
  listening(): Multiaddr[]
}

/**
 * Believes the addresses that this peer seems to have: those it listens on, and those under which another peer has
 * reached it. libp2p would only tell others of public ones after strangers had tried them, and there are no strangers
 * in a private network. Go peers believe one observation too (spec: wire 1.3).
 */
export function ownAddresses(): (components: OwnAddressesComponents) => OwnAddresses {
  return ({ addressManager, transportManager, events }) => {
    events.addEventListener('transport:listening', ({ detail: listener }: CustomEvent<Listener>) => {
      for (const address of listener.getAddrs()) {
        addressManager.confirmObservedAddr(address, { type: 'transport', ttl: Infinity })
      }
    })
    events.addEventListener('peer:identify', ({ detail }: CustomEvent<IdentifyResult>) => {
      const { observedAddr, connection } = detail
      // The address of a call of ours has a passing port.
      if (observedAddr === undefined || connection.direction !== 'inbound' || !connection.direct) return
      // What the other side claims may be no address of a host at all, which libp2p does not take lightly.
      if (!isNetworkAddress(observedAddr)) return
      addressManager.addObservedAddr(observedAddr)
      addressManager.confirmObservedAddr(observedAddr)
    })
    return { listening: () => transportManager.getAddrs() }
  }
}
