import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { parseJSON, parsePeerId, stringify } from '@ipfs-cluster/api'
import type { JsonObject, JsonValue, PeerId } from '@ipfs-cluster/api'
import type { PrivateKey } from '@libp2p/interface'
import { messageOf } from '../util/errors.ts'
import type { Environment } from './env.ts'
import { ConfigError } from './errors.ts'
import { fileFailure, makeFolder, writeFileAtomic } from './files.ts'
import { isObject, jsonKind } from './go-type.ts'

/** Who a peer is. */
export interface Identity {
  readonly id: PeerId
  readonly privateKey: PrivateKey
}

/** A new Ed25519 identity. */
export async function createIdentity(): Promise<Identity> {
  const privateKey = await generateKeyPair('Ed25519')
  return { id: idOf(privateKey), privateKey }
}

/** The text of identity.json: four spaces, no newline at the end. */
export function formatIdentity({ id, privateKey }: Identity): string {
  return stringify({ id, private_key: Buffer.from(privateKeyToProtobuf(privateKey)).toString('base64') }, 4)
}

/**
 * Reads the text of identity.json.
 *
 * @throws ConfigError with Go's text, also when key and ID do not belong together
 */
export function parseIdentity(text: string): Identity {
  let json: JsonValue
  try {
    json = parseJSON(text)
  } catch (err) {
    throw new ConfigError(
      messageOf(err),
      { path: [], allowed: 'a JSON object with "id" and "private_key"' },
      { cause: err }
    )
  }
  if (isObject(json)) return identityFromJson(json)
  throw new ConfigError(`json: cannot unmarshal ${jsonKind(json)} into Go value of type config.identityJSON`)
}

/**
 * Reads an identity from `id` and `private_key` of a JSON object.
 *
 * @throws ConfigError
 */
export function identityFromJson(json: JsonObject): Identity {
  const id = readId(textOf(json, 'id'))
  const privateKey = readKey(textOf(json, 'private_key'))
  if (id !== idOf(privateKey)) {
    throw new ConfigError('identity ID does not match the private_key', {
      path: ['id'],
      found: id,
      allowed: `${idOf(privateKey)}, the ID of the key`
    })
  }
  return { id, privateKey }
}

/**
 * An identity with `CLUSTER_ID` and `CLUSTER_PRIVATEKEY` in place of what it holds.
 *
 * @throws ConfigError
 */
export function overrideIdentity(identity: Identity, env: Environment): Identity {
  const { CLUSTER_ID: id, CLUSTER_PRIVATEKEY: key } = env
  if (id === undefined && key === undefined) return identity
  const json = JSON.parse(formatIdentity(identity)) as { id: string; private_key: string }
  return identityFromJson({ id: id ?? json.id, private_key: key ?? json.private_key })
}

/**
 * Reads identity.json.
 *
 * @returns undefined when there is no such file
 * @throws ConfigError
 */
export async function loadIdentity(path: string): Promise<Identity | undefined> {
  try {
    return parseIdentity(await readFile(path, 'utf8'))
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    const reason = err instanceof ConfigError ? err.message : fileFailure('open', path, err)
    const fault = err instanceof ConfigError ? err.fault : { path: [] }
    const error = new ConfigError(`error loading identity from ${path}: ${reason}`, fault, { cause: err })
    error.file = path
    throw error
  }
}

/** Writes identity.json, readable by its owner alone. */
export async function saveIdentity(path: string, identity: Identity): Promise<void> {
  await makeFolder(dirname(path))
  await writeFileAtomic(path, formatIdentity(identity), 0o600)
}

function idOf(privateKey: PrivateKey): PeerId {
  return peerIdFromPrivateKey(privateKey).toString()
}

function textOf(json: JsonObject, key: string): string {
  const value = json[key] ?? ''
  if (typeof value === 'string') return value
  throw new ConfigError(
    `json: cannot unmarshal ${jsonKind(value)} into Go struct field identityJSON.${key} of type string`,
    {
      path: [key],
      found: `a ${jsonKind(value)}`,
      allowed: 'text'
    }
  )
}

function readId(text: string): PeerId {
  try {
    return parsePeerId(text)
  } catch (err) {
    throw new ConfigError(
      `error decoding cluster ID: ${messageOf(err)}`,
      {
        path: ['id'],
        found: JSON.stringify(text),
        allowed: 'a peer ID such as "12D3KooW..."'
      },
      { cause: err }
    )
  }
}

function readKey(text: string): PrivateKey {
  const fault = { path: ['private_key'], allowed: 'a private key as base64' }
  const stranger =
    /[^A-Za-z0-9+/=]/.exec(text)?.index ?? (text.length % 4 === 0 ? undefined : text.length - (text.length % 4))
  if (stranger !== undefined)
    throw new ConfigError(`error decoding private_key: illegal base64 data at input byte ${stranger}`, fault)
  try {
    return privateKeyFromProtobuf(Buffer.from(text, 'base64'))
  } catch (err) {
    throw new ConfigError(`error parsing private_key ID: ${messageOf(err)}`, fault, { cause: err })
  }
}
