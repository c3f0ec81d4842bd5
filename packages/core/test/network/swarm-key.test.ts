import { expect, it } from '@jest/globals'
import { swarmKey } from '../../src/network/psk.ts'
import { readVector } from '../helpers/vectors.ts'

interface SecretVector {
  json_value: { swarm_key_file?: string }
  hex?: string
}

it('makes of a secret the swarm.key that Go peers read', async () => {
  const vectors = await readVector<SecretVector[]>('psk.json')
  const good = vectors.filter(({ json_value }) => json_value.swarm_key_file !== undefined)
  expect(good.length).toBeGreaterThan(0)
  for (const { hex = '', json_value } of good) {
    expect(Buffer.from(swarmKey(Buffer.from(hex, 'hex'))).toString()).toBe(json_value.swarm_key_file)
  }
})
