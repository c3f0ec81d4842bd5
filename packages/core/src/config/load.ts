import { readFile } from 'node:fs/promises'
import { messageOf } from '../util/errors.ts'
import type { AbortOptions } from '../util/startable.ts'
import { applyEnvironment, clusterSectionOf, parseServiceConfig, sourceOf } from './service-config.ts'
import type { Environment } from './env.ts'
import { ConfigError, withFile } from './errors.ts'
import { fileFailure } from './files.ts'
import type { PeerFolder } from './folder.ts'
import { identityFromJson, loadIdentity, overrideIdentity, saveIdentity } from './identity.ts'
import type { Identity } from './identity.ts'
import type { ServiceConfig } from './layout.ts'
import { noticesOf } from './notices.ts'

/** All that a peer reads when it starts. */
export interface PeerConfig {
  readonly config: ServiceConfig
  readonly identity: Identity
  readonly folder: PeerFolder
  /** The text of the configuration, and the file or URL that it is from. */
  readonly document: { readonly name: string; readonly text: string }
  /** Where the configuration came from, when it is not in the file itself. */
  readonly source?: string
  /** What is accepted but deserves a look, one line each. */
  readonly notices: readonly string[]
}

/**
 * Reads service.json and identity.json of a folder and applies the environment, by the rules of the Go release.
 *
 * @throws ConfigError
 */
export async function loadPeerConfig(
  folder: PeerFolder,
  env: Environment,
  options: AbortOptions = {}
): Promise<PeerConfig> {
  const text = await readServiceFile(folder.service)
  const source = withFile(folder.service, () => sourceOf(text))
  const document =
    source === undefined
      ? { name: folder.service, text }
      : { name: source, text: await fetchConfiguration(source, options) }
  const config = applyEnvironment(parseServiceConfig(document.text, document.name), env)
  const { identity, notices } = await readIdentity(folder, text)
  return {
    config,
    identity: overrideOrFail(identity, env),
    folder,
    document,
    notices: [
      ...notices,
      ...noticesOf(document.text, document.name),
      ...(config.cluster.secret === undefined ? [NO_SECRET] : [])
    ],
    ...(source === undefined ? {} : { source })
  }
}

/** The notice of a configuration without a secret. */
export const NO_SECRET = 'Cluster secret is empty, cluster will start on unprotected network.'

/**
 * Fetches the text of a configuration that service.json refers to. An HTTP client is loaded by those alone whose
 * configuration is elsewhere.
 *
 * @throws ConfigError at `source`; with a cause when there was no answer
 */
export async function fetchConfiguration(source: string, options: AbortOptions = {}): Promise<string> {
  const { fetchSource } = await import('./source.ts')
  return fetchSource(source, options)
}

async function readServiceFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (err) {
    throw new ConfigError(
      fileFailure('open', path, err),
      { path: [], allowed: 'a file that `ipfs-cluster-service init` writes' },
      { cause: err }
    )
  }
}

/** A folder from before identity.json has the identity in service.json: it is moved out. */
async function readIdentity(folder: PeerFolder, text: string): Promise<{ identity: Identity; notices: string[] }> {
  const identity = await loadIdentity(folder.identity)
  if (identity !== undefined) return { identity, notices: [] }
  try {
    const old = identityFromJson(clusterSectionOf(text))
    await saveIdentity(folder.identity, old)
    return {
      identity: old,
      notices: [`NOTICE: identity information extracted from ${folder.service} and saved as ${folder.identity}.`]
    }
  } catch (err) {
    throw new ConfigError(
      `error loading identity: ${messageOf(err)}`,
      {
        path: [],
        found: `${folder.identity} is missing`,
        allowed: 'the identity.json of this peer from a backup, or a new one by `ipfs-cluster-service init`'
      },
      { cause: err }
    )
  }
}

function overrideOrFail(identity: Identity, env: Environment): Identity {
  try {
    return overrideIdentity(identity, env)
  } catch (err) {
    const fault = err instanceof ConfigError ? err.fault : { path: [] }
    throw new ConfigError(`error applying environment variables to the identity: ${messageOf(err)}`, fault, {
      cause: err
    })
  }
}
