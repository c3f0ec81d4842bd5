import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  createIdentity,
  formatIdentity,
  loadIdentity,
  overrideIdentity,
  parseIdentity,
  saveIdentity
} from '@ipfs-cluster/core/config'

interface Vector {
  json_value: { id: string; private_key: string }
  extra: { identity_json_file_text: string }
}

const vectors = JSON.parse(
  await readFile(new URL('../fixtures/config/identities.json', import.meta.url), 'utf8')
) as Vector[]
const [first, second] = vectors.filter(({ extra }) => extra?.identity_json_file_text !== undefined)

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'identity-'))
})

afterEach(() => rm(folder, { recursive: true }))

describe('identity.json', () => {
  it('of a Go peer comes back byte for byte', () => {
    expect(vectors.length).toBeGreaterThan(0)
    for (const { extra, json_value: value } of vectors) {
      if (extra?.identity_json_file_text === undefined) continue
      const identity = parseIdentity(extra.identity_json_file_text)
      expect(identity.id).toBe(value.id)
      expect(formatIdentity(identity)).toBe(extra.identity_json_file_text)
    }
  })

  it('is for its owner alone, and read again', async () => {
    const identity = await createIdentity()
    const path = join(folder, 'new', 'identity.json')
    await saveIdentity(path, identity)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await loadIdentity(path))?.id).toBe(identity.id)
    expect(identity.privateKey.type).toBe('Ed25519')
    expect(identity.id).toMatch(/^12D3KooW/)
  })

  it('may be missing', async () => {
    expect(await loadIdentity(join(folder, 'identity.json'))).toBeUndefined()
  })

  it('is overridden by the environment, as a pair', () => {
    const identity = parseIdentity(first!.extra.identity_json_file_text)
    const env = { CLUSTER_ID: second!.json_value.id, CLUSTER_PRIVATEKEY: second!.json_value.private_key }
    expect(overrideIdentity(identity, env).id).toBe(second!.json_value.id)
    expect(overrideIdentity(identity, {})).toBe(identity)
    expect(() => overrideIdentity(identity, { CLUSTER_ID: second!.json_value.id })).toThrow(
      'identity ID does not match the private_key'
    )
    expect(() => overrideIdentity(identity, { CLUSTER_PRIVATEKEY: 'bad' })).toThrow(
      'error decoding private_key: illegal base64 data at input byte 0'
    )
    expect(() => overrideIdentity(identity, { CLUSTER_ID: 'bad' })).toThrow(
      'error decoding cluster ID: failed to parse peer ID'
    )
  })

  it.each([
    ['', 'JSON'],
    ['xyz', 'xyz'],
    ['{}', 'error decoding cluster ID: failed to parse peer ID'],
    ['{"id": 5}', 'json: cannot unmarshal number into Go struct field identityJSON.id of type string']
  ])('is refused when it says %j', async (text, message) => {
    const path = join(folder, 'identity.json')
    await writeFile(path, text)
    await expect(loadIdentity(path)).rejects.toThrow(`error loading identity from ${path}: `)
    await expect(loadIdentity(path)).rejects.toThrow(message)
  })
})
