/**
 * The cluster secret in the form in which libp2p takes a pre-shared key: the three lines of a `swarm.key` file. The 32
 * bytes are the key as they are, nothing is derived from them.
 */
export function swarmKey(secret: Uint8Array): Uint8Array {
  return new TextEncoder().encode(`/key/swarm/psk/1.0.0/\n/base16/\n${Buffer.from(secret).toString('hex')}`)
}
