import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { chooseNode, gatewayOf } from '../../src/ipfs/node.ts'
import { baseConfig } from '../../src/settings.ts'
import { temporaryFollower } from '../temporary.ts'

const nobody = { probe: async () => false }
const source = 'http://a/b'
const usual = { kind: 'kubo', address: '/ip4/127.0.0.1/tcp/5001' }

describe('the IPFS node of a follower', () => {
  it('is one of its own where there is no sign of a Kubo, on ports that are free', async () => {
    await using place = await temporaryFollower()
    const choices = await Promise.all([1, 2].map(() => chooseNode({ source }, { HOME: place.root }, nobody)))
    const addresses = choices.map((choice) => {
      if (choice.kind !== 'embedded') throw new Error('it is a Kubo')
      expect(choice.isNew).toBe(true)
      expect(gatewayOf(choice.node)).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
      return [choice.node.apiMultiaddress, choice.node.gatewayMultiaddress, ...choice.node.swarmMultiaddress]
    })
    expect(new Set(addresses[0])).toHaveProperty('size', 3)
    expect(addresses.flat()).not.toContain('/ip4/127.0.0.1/tcp/5001')
  })

  it('is the Kubo of this machine where there is any sign of one', async () => {
    await using place = await temporaryFollower()
    const env = { HOME: place.root }
    expect(await chooseNode({ source }, env, { probe: async () => true })).toEqual(usual)
    expect(await chooseNode({ source }, { ...env, IPFS_PATH: '/nowhere' }, nobody)).toEqual(usual)
    expect(await chooseNode({ source }, { ...env, CLUSTER_IPFSHTTP_PINTIMEOUT: '1m' }, nobody)).toEqual(usual)
    await mkdir(join(place.root, '.ipfs'))
    expect(await chooseNode({ source }, env, nobody)).toEqual(usual)
  })

  it('is the one that was chosen before, also when there is a Kubo now', async () => {
    const { ipfsNode } = baseConfig()
    const env = { HOME: '/', IPFS_PATH: '/nowhere', CLUSTER_IPFSNODE_PROFILE: 'loopback' }
    expect(await chooseNode({ source, ipfsNode }, env)).toEqual({
      kind: 'embedded',
      isNew: false,
      node: { ...ipfsNode, profile: 'loopback' }
    })
    const disabled = ipfsNode && { ...ipfsNode, enabled: false }
    expect(await chooseNode({ source, ipfsNode: disabled }, {}, nobody)).toEqual(usual)
  })

  it('is one of its own, also beside a Kubo, when that is asked for', async () => {
    const { ipfsNode } = baseConfig()
    const env = { CLUSTER_IPFSHTTP_NODEMULTIADDRESS: '/ip4/127.0.0.1/tcp/1' }
    const wanted = { mustBeEmbedded: true, probe: async () => true }
    expect(await chooseNode({ source }, env, wanted)).toMatchObject({ kind: 'embedded', isNew: true })
    const chosen = await chooseNode({ source, ipfsNode }, env, wanted)
    expect(chosen).toEqual({ kind: 'embedded', isNew: false, node: ipfsNode })
  })

  it('is the one that the environment names, before all others', async () => {
    const env = { CLUSTER_IPFSHTTP_NODEMULTIADDRESS: '/ip4/127.0.0.1/tcp/1' }
    const { ipfsNode } = baseConfig()
    expect(await chooseNode({ source, ipfsNode }, env)).toEqual({ kind: 'kubo', address: '/ip4/127.0.0.1/tcp/1' })
  })
})
