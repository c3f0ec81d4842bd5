import type { ConnectionEncrypter } from '@libp2p/interface'
import type { TLSComponents } from '@libp2p/tls'

/** The name by which nodes agree on TLS. */
const PROTOCOL = '/tls/1.0.0'

/**
 * TLS, which nodes that have it prefer to Noise: OpenSSL does a connection as a whole, where Noise sets a cipher up anew
 * for every 64 KiB. Its library is large, so it is loaded for the first connection.
 */
export function lazyTls(): (components: TLSComponents) => ConnectionEncrypter {
  return (components) => {
    let loading: Promise<ConnectionEncrypter> | undefined
    const load = (): Promise<ConnectionEncrypter> =>
      (loading ??= import('@libp2p/tls').then(({ tls }) => tls()(components)))
    return {
      protocol: PROTOCOL,
      secureInbound: async (connection, options) => (await load()).secureInbound(connection, options),
      secureOutbound: async (connection, options) => (await load()).secureOutbound(connection, options)
    }
  }
}
