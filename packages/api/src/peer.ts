/**
 * A libp2p peer ID in its text form: base58btc of the multihash (`12D3KooW...` for Ed25519, `Qm...` for RSA).
 * Text is what every JSON document, map key and log line holds; the binary form exists on the wire only.
 */
export type PeerId = string

/** A multiaddress in its text form, e.g. `/ip4/127.0.0.1/tcp/9096/p2p/12D3KooW...`. */
export type Multiaddr = string
