import { describe, expect, it } from '@jest/globals'
import { formatServiceConfig } from '@ipfs-cluster/core/config'
import type { ServiceConfig } from '@ipfs-cluster/core/config'
import { followerFolder } from '../../src/folder.ts'
import { baseConfig } from '../../src/settings.ts'
import { followerConfig, warningsOf, readTemplate } from '../../src/template/follower-config.ts'

const folder = followerFolder('/followers', 'friends')

function template(change: (config: ServiceConfig) => void = () => {}): ServiceConfig {
  const config = baseConfig()
  change(config)
  return config
}

describe('the configuration of a follower', () => {
  it('writes nothing, has one API on a socket, and tells nobody what it does, whatever is published', () => {
    const published = template(({ cluster, observations }) => {
      cluster.followerMode = false
      observations.metrics.enableStats = true
      observations.tracing.enableTracing = true
    })
    const config = followerConfig(published, { folder, env: {} })
    expect(config.cluster.followerMode).toBe(true)
    expect(Object.keys(config.api)).toEqual(['restapi'])
    expect(config.api.restapi?.httpListenMultiaddress).toEqual(['/unix/followers/friends/api-socket'])
    expect(config.observations.metrics.enableStats).toBe(false)
    expect(config.observations.tracing.enableTracing).toBe(false)
    expect(config.ipfsNode).toBeUndefined()
  })

  it('is not for the environment to loosen, which may do all else', () => {
    const env = {
      CLUSTER_FOLLOWERMODE: 'false',
      CLUSTER_METRICS_ENABLESTATS: 'true',
      CLUSTER_PEERNAME: 'mine',
      CLUSTER_RESTAPI_HTTPLISTENMULTIADDRESS: '/ip4/127.0.0.1/tcp/1'
    }
    const config = followerConfig(template(), { folder, env })
    expect(config.cluster).toMatchObject({ followerMode: true, peername: 'mine' })
    expect(config.observations.metrics.enableStats).toBe(false)
    expect(config.api.restapi?.httpListenMultiaddress).toEqual(['/ip4/127.0.0.1/tcp/1'])
  })

  it('runs no code that the publisher names', () => {
    const plugin = { module: 'evil.mjs', options: {} }
    const published = template((config) => {
      config.allocator.plugin = plugin
      config.informer.plugin = plugin
    })
    const { allocator, informer } = followerConfig(published, { folder, env: {} })
    expect([allocator.plugin, informer.plugin]).toEqual([undefined, undefined])
  })

  it('names the IPFS node that is run beside the peer, and else the published one', () => {
    const { ipfsNode } = baseConfig()
    const apiMultiaddress = '/ip4/127.0.0.1/tcp/77'
    const own = followerConfig(template(), { folder, env: {}, ipfsNode: ipfsNode && { ...ipfsNode, apiMultiaddress } })
    expect(own.ipfsConnector.ipfshttp.nodeMultiaddress).toBe(apiMultiaddress)
    const other = followerConfig(template(), { folder, env: {} })
    expect(other.ipfsConnector.ipfshttp.nodeMultiaddress).toBe('/ip4/127.0.0.1/tcp/5001')
  })

  it('leaves what was published as it was', () => {
    const published = template()
    const before = formatServiceConfig(published)
    followerConfig(published, { folder, env: { CLUSTER_PEERNAME: 'mine' } })
    expect(formatServiceConfig(published)).toBe(before)
  })
})

describe('a published configuration', () => {
  it('is not for Raft', () => {
    const text = JSON.stringify({ ...(JSON.parse(formatServiceConfig(template())) as object), consensus: { raft: {} } })
    expect(() => readTemplate(text, 'http://a/b')).toThrow('this configuration is for Raft, where nobody can follow')
  })

  it('deserves a look when it trusts everybody, or has no secret', () => {
    const named = template(({ cluster, consensus }) => {
      cluster.secret = new Uint8Array(32)
      if (consensus.crdt !== undefined) consensus.crdt.trustedPeers = []
    })
    expect(warningsOf(named)).toEqual([])
    const open = template(({ cluster }) => (cluster.secret = undefined))
    expect(warningsOf(open)).toEqual([
      expect.stringContaining('secret is empty'),
      expect.stringContaining('trusts everybody')
    ])
  })
})
