import { address, addresses, bool, duration, int, list, text } from '../kinds.ts'
import { option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'
import { notBelow0 } from './checks.ts'

export type IpfsProxyConfig = ConfigOf<typeof ipfsproxySection>

const MIN_HEADER_BYTES = 4096

export const ipfsproxySection = section({
  key: 'ipfsproxy',
  env: 'CLUSTER_IPFSPROXY',
  goStruct: 'jsonConfig',
  doc: 'The API of an IPFS node whose pins are those of the cluster.',
  options: {
    listen_multiaddress: option(addresses, {
      default: ['/ip4/127.0.0.1/tcp/9095'],
      failure: (reason) => `error parsing proxy listen_multiaddress: ${reason}`,
      doc: 'Where it listens.'
    }),
    node_multiaddress: option(address, {
      default: '/ip4/127.0.0.1/tcp/5001',
      failure: (reason) => `error parsing ipfs node_multiaddress: ${reason}`,
      doc: 'The IPFS node that it stands before.'
    }),
    node_https: option(bool, { default: false, written: 'filled', doc: 'Whether that node speaks HTTPS.' }),
    log_file: option(text, { default: '', doc: 'File for a line per request; empty: the log.' }),
    read_timeout: option(duration, {
      default: 0,
      ...notBelow0('ipfsproxy.read_timeout is invalid'),
      doc: 'How long reading a request may take; 0: no limit.'
    }),
    read_header_timeout: option(duration, {
      default: 5000,
      ...notBelow0('ipfsproxy.read_header_timeout is invalid'),
      doc: 'How long reading the headers may take.'
    }),
    write_timeout: option(duration, {
      default: 0,
      ...notBelow0('ipfsproxy.write_timeout is invalid'),
      doc: 'How long an answer may take; 0: no limit.'
    }),
    idle_timeout: option(duration, {
      default: 60_000,
      ...notBelow0('ipfsproxy.idle_timeout invalid'),
      doc: 'How long an idle connection stays open.'
    }),
    max_header_bytes: option(int, {
      default: MIN_HEADER_BYTES,
      check: (value) =>
        value < MIN_HEADER_BYTES
          ? `ipfsproxy.max_header_size must be greater or equal to ${MIN_HEADER_BYTES}`
          : undefined,
      range: `${MIN_HEADER_BYTES} or above`,
      doc: 'Most bytes of headers.'
    }),
    extract_headers_extra: option(list, {
      default: [],
      written: 'filled',
      doc: 'Headers of the IPFS node to give as its own.'
    }),
    extract_headers_path: option(text, {
      default: '/api/v0/version',
      written: 'changed',
      doc: 'Where the IPFS node is asked for its headers.'
    }),
    extract_headers_ttl: option(duration, {
      default: 300_000,
      written: 'changed',
      ...notBelow0('ipfsproxy.extract_headers_ttl is invalid'),
      doc: 'How long these headers are remembered; 0: for ever.'
    })
  }
})
