import type { ConnectionEncrypter } from '@libp2p/interface'
import type { TLSComponents } from '@libp2p/tls'

/** The name by which peers agree on TLS. */
const PROTOCOL = '/tls/1.0.0'

/**
 * TLS for peers that know no Noise. Its library is large, and peers that have both take Noise, so it is loaded when
 * the first peer asks for it.
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
