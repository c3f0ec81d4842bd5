import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { messageOf } from '../util/errors.ts'
import { ConfigError } from './errors.ts'
import { fileFailure } from './files.ts'
import type { ServiceConfig } from './layout.ts'
import type { HttpApiConfig } from './sections/http-api.ts'

/** A certificate and its key, as text. */
export interface Certificate {
  cert: string
  key: string
}

/**
 * The certificate of an HTTP API.
 *
 * @param base - folder that relative paths begin at
 * @returns undefined when the API speaks plain HTTP
 * @throws ConfigError
 */
export async function loadCertificate(config: HttpApiConfig, base: string): Promise<Certificate | undefined> {
  if (config.sslCertFile === '' && config.sslKeyFile === '') return undefined
  const [cert, key] = await Promise.all([readPart(config.sslCertFile, base), readPart(config.sslKeyFile, base)])
  const { createSecureContext } = await import('node:tls')
  try {
    createSecureContext({ cert, key })
  } catch (err) {
    throw failure(messageOf(err), err)
  }
  return { cert, key }
}

/** Finds out at the start, not at the first request, that a certificate cannot be used. */
export async function checkCertificates({ api }: ServiceConfig, base: string): Promise<void> {
  for (const config of [api.restapi, api.pinsvcapi]) {
    if (config !== undefined) await loadCertificate(config, base)
  }
}

async function readPart(file: string, base: string): Promise<string> {
  const path = resolve(base, file)
  try {
    return await readFile(path, 'utf8')
  } catch (err) {
    throw failure(fileFailure('open', path, err), err)
  }
}

function failure(reason: string, cause: unknown): ConfigError {
  return new ConfigError(
    `error loading TLS certificate/key: ${reason}`,
    {
      path: ['ssl_cert_file'],
      allowed: 'PEM files of a certificate and of its key, both readable'
    },
    { cause }
  )
}
