import { readFile } from 'node:fs/promises'
import { parseJSON, stringify } from '@ipfs-cluster/api'
import type { JsonObject, JsonValue } from '@ipfs-cluster/api'
import {
  ConfigError,
  defaultServiceConfig,
  fileFailure,
  formatServiceConfig,
  parseServiceConfig,
  writeFileAtomic
} from '@ipfs-cluster/core/config'
import type { IpfsNodeConfig, PeerFolder, ServiceConfig } from '@ipfs-cluster/core/config'
import { messageOf } from '@ipfs-cluster/core/util'

/** What the service.json of a follower says. */
export interface FollowerSettings {
  /** Where the configuration is; empty when service.json is the configuration itself. */
  readonly source: string
  /** The embedded IPFS node, once it has been chosen. A Go peer passes over it. */
  readonly ipfsNode?: IpfsNodeConfig | undefined
}

/** A configuration to take defaults from. */
export function baseConfig(): ServiceConfig {
  return defaultServiceConfig({ consensus: 'crdt', datastore: 'leveldb', ipfsNode: true })
}

/** @throws ConfigError */
export async function readSettings({ service }: PeerFolder): Promise<FollowerSettings> {
  const document = await readDocument(service)
  const { source, ipfs_node: ipfsNode } = document
  return {
    source: typeof source === 'string' ? source : '',
    ...(ipfsNode !== undefined && { ipfsNode: readIpfsNode(ipfsNode, service) })
  }
}

/** Writes service.json, readable by its owner alone: a URL may hold a password. */
export async function writeSettings({ service }: PeerFolder, settings: FollowerSettings): Promise<void> {
  const { source, ipfsNode } = settings
  const document = { source, ...(ipfsNode && { ipfs_node: ipfsNodeToJson(ipfsNode) }) }
  await writeFileAtomic(service, stringify(document, 2), 0o600)
}

async function readDocument(service: string): Promise<JsonObject> {
  const text = await readFile(service, 'utf8').catch((err: unknown) => {
    const fault = { path: [], allowed: 'a file that `ipfs-cluster-follow NAME init` writes' }
    throw new ConfigError(fileFailure('open', service, err), fault, { cause: err })
  })
  const document = parseDocument(text, service)
  if (isObject(document)) return document
  throw notSettings(`${service} is no JSON object`)
}

function parseDocument(text: string, service: string): JsonValue {
  try {
    return parseJSON(text)
  } catch (err) {
    throw notSettings(`${service}: ${messageOf(err)}`, err)
  }
}

function notSettings(message: string, cause?: unknown): ConfigError {
  return new ConfigError(message, { path: [], allowed: '{ "source": "URL" }' }, { cause })
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The section is read and checked as a part of a whole configuration. */
function readIpfsNode(section: JsonValue, file: string): IpfsNodeConfig | undefined {
  const whole = JSON.parse(formatServiceConfig(baseConfig())) as Record<string, JsonValue>
  return parseServiceConfig(stringify({ ...whole, ipfs_node: section }), file).ipfsNode
}

function ipfsNodeToJson(ipfsNode: IpfsNodeConfig): JsonValue {
  const whole = JSON.parse(formatServiceConfig({ ...baseConfig(), ipfsNode })) as Record<string, JsonValue>
  return whole['ipfs_node'] ?? null
}
