import { fileURLToPath } from 'node:url'
import { parseGoDuration } from '@ipfs-cluster/api'
import type { HttpSurfaceInit } from '../../src/index.ts'
import type { Case } from './vectors.ts'

const FILES: Readonly<Record<string, string>> = { 'c.pem': 'cert.pem', 'k.pem': 'key.pem' }

/** The settings of an API that were in force when the case was recorded; those of a fresh `service.json` else. */
export function initOf(config: Case['config'], api: 'restapi' | 'pinsvcapi' = 'restapi'): HttpSurfaceInit {
  const section = (config?.[`api.${api}`] ?? {}) as Record<string, never>
  const { cors_max_age: maxAge = '0s', ssl_cert_file: cert = '', ssl_key_file: key = '' } = section
  return {
    httpListenMultiaddress: ['/ip4/127.0.0.1/tcp/0'],
    basicAuthCredentials: section['basic_auth_credentials'] ?? null,
    headers: section['headers'] ?? {},
    corsAllowedOrigins: section['cors_allowed_origins'] ?? ['*'],
    corsAllowedMethods: section['cors_allowed_methods'] ?? ['GET'],
    corsAllowedHeaders: section['cors_allowed_headers'] ?? [],
    corsExposedHeaders: section['cors_exposed_headers'],
    corsAllowCredentials: section['cors_allow_credentials'] ?? true,
    corsMaxAge: parseGoDuration(maxAge),
    sslCertFile: fixture(cert),
    sslKeyFile: fixture(key)
  }
}

function fixture(name: string): string {
  return name === '' ? '' : fileURLToPath(new URL(`../fixtures/tls/${FILES[name]}`, import.meta.url))
}
