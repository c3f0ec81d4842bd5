import { messageOf } from '../../util/errors.ts'
import { identityFromJson } from '../identity.ts'
import { addresses, bool, duration, int, list, map, mapOfLists, text } from '../kinds.ts'
import { option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'
import { notBelow0 } from './checks.ts'

/** Settings of an HTTP API: `restapi` and `pinsvcapi` have the same keys. */
export type HttpApiConfig = ConfigOf<typeof restapiSection>

const MIN_HEADER_BYTES = 4096

export const restapiSection = httpApi(
  'restapi',
  '/ip4/127.0.0.1/tcp/9094',
  'The REST API, which ipfs-cluster-ctl talks to.'
)
export const pinsvcapiSection = httpApi('pinsvcapi', '/ip4/127.0.0.1/tcp/9097', 'The IPFS Pinning Service API.')

function httpApi(key: string, listen: string, doc: string) {
  return section({
    key,
    env: `CLUSTER_${key.toUpperCase()}`,
    goStruct: 'jsonConfig',
    doc,
    options: {
      http_listen_multiaddress: option(addresses, { default: [listen], doc: 'Where it listens; /unix/ works too.' }),
      ssl_cert_file: option(text, {
        default: '',
        written: 'filled',
        doc: 'Certificate: with one and a key it speaks HTTPS.'
      }),
      ssl_key_file: option(text, { default: '', written: 'filled', doc: 'Key of the certificate.' }),
      read_timeout: option(duration, {
        default: 0,
        ...timeout('read_timeout is'),
        doc: 'How long reading a request may take; 0: no limit.'
      }),
      read_header_timeout: option(duration, {
        default: 5000,
        ...timeout('read_header_timeout is'),
        doc: 'How long reading the headers may take.'
      }),
      write_timeout: option(duration, {
        default: 0,
        ...timeout('write_timeout is'),
        doc: 'How long an answer may take; 0: no limit.'
      }),
      idle_timeout: option(duration, {
        default: 120_000,
        ...timeout('idle_timeout'),
        doc: 'How long an idle connection stays open.'
      }),
      max_header_bytes: option(int, {
        default: MIN_HEADER_BYTES,
        check: (value) =>
          value < MIN_HEADER_BYTES ? `${key}.max_header_bytes must be not less then ${MIN_HEADER_BYTES}` : undefined,
        range: `${MIN_HEADER_BYTES} or above`,
        doc: 'Most bytes of headers.'
      }),
      libp2p_listen_multiaddress: option(addresses, {
        default: [],
        written: 'filled',
        doc: 'Where a libp2p host of its own listens; needs `id` and `private_key` as well.'
      }),
      id: option(text, { default: '', written: 'filled', doc: 'Peer ID of that host.' }),
      private_key: option(text, { default: '', written: 'filled', hidden: true, doc: 'Private key of that host.' }),
      basic_auth_credentials: option(map, {
        default: null,
        absent: 'zero',
        hidden: true,
        check: (value) =>
          value !== null && Object.keys(value).length === 0
            ? `${key}.basic_auth_creds should be null or have at least one entry`
            : undefined,
        doc: 'Names and passwords of those who may use it; null: everybody.'
      }),
      http_log_file: option(text, { default: '', doc: 'File for a line per request; empty: the log.' }),
      headers: option(mapOfLists, { default: {}, absent: 'zero', doc: 'Headers added to every answer.' }),
      cors_allowed_origins: option(list, { default: ['*'], absent: 'zero', doc: 'Web origins that may use it.' }),
      cors_allowed_methods: option(list, {
        default: ['GET'],
        absent: 'zero',
        doc: 'Methods that other origins may use.'
      }),
      cors_allowed_headers: option(list, { default: [], absent: 'zero', doc: 'Headers that other origins may send.' }),
      cors_exposed_headers: option(list, {
        default: ['Content-Type', 'X-Stream-Output', 'X-Chunked-Output', 'X-Content-Length'],
        absent: 'zero',
        doc: 'Headers that other origins may read.'
      }),
      cors_allow_credentials: option(bool, {
        default: true,
        absent: 'zero',
        doc: 'Whether other origins may send credentials.'
      }),
      cors_max_age: option(duration, {
        default: 0,
        ...timeout('cors_max_age is'),
        doc: 'How long a browser may keep these rules.'
      })
    },
    checks: [
      {
        key: 'libp2p_listen_multiaddress',
        failure: ({ id, privateKey, libp2pListenMultiaddress }) => {
          const set = [id !== '', privateKey !== '', libp2pListenMultiaddress.length > 0].filter(Boolean).length
          return set === 1 || set === 2 ? 'all ID, private_key and libp2p_listen_multiaddress should be set' : undefined
        }
      },
      {
        key: 'id',
        failure: ({ id, privateKey }) =>
          id === '' || privateKey === '' ? undefined : identityFault(key, id, privateKey)
      }
    ]
  })

  function timeout(name: string): ReturnType<typeof notBelow0> {
    return notBelow0(`${key}.${name} invalid`)
  }
}

/** What is wrong with the identity of a host, in the words of the Go release. */
function identityFault(key: string, id: string, privateKey: string): string | undefined {
  try {
    identityFromJson({ id, private_key: privateKey })
    return undefined
  } catch (err) {
    const isMismatch = messageOf(err).includes('does not match')
    return isMismatch ? `${key}.ID does not match private_key` : `error parsing ${key}.private_key: ${messageOf(err)}`
  }
}
