import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Metric } from '@ipfs-cluster/api'
import { ClusterError } from '@ipfs-cluster/api'
import { decodeMetric, encodeMetric } from '../../src/monitor/index.ts'
import { readVectors, toHex } from '../codec/vectors.ts'

const metric: Metric = {
  name: 'freespace',
  peer: '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5',
  value: '17',
  expire: 1_700_000_030_123_456_789n,
  valid: true,
  weight: 17n,
  partitionable: false,
  receivedAt: 5n
}

describe('messages of metrics', () => {
  it('are those of Go peers, read and written', () => {
    const messages = readVectors('metrics_pubsub.json').filter(({ extra }) => extra?.['topic'] === 'monitor.metrics')
    expect(messages.length).toBeGreaterThan(1)
    for (const { hex = '' } of messages) {
      const bytes = Buffer.from(hex, 'hex')
      const decoded = decodeMetric(bytes)
      expect(decodeMetric(encodeMetric({ ...decoded, receivedAt: 7n }))).toEqual(decoded)
      expect(encodeMetric(decoded)).toHaveLength(bytes.length)
      const old = Buffer.concat([Buffer.from('09', 'hex'), Buffer.from('/msgpack\n'), bytes])
      expect(decodeMetric(old)).toEqual(decoded)
      expect(decodeMetric(Buffer.concat([bytes, Buffer.from('more')]))).toEqual(decoded)
    }
  })

  it('do not say when this peer received them', () => {
    expect(toHex(encodeMetric(metric))).toBe(toHex(encodeMetric({ ...metric, receivedAt: 9n })))
  })

  it('are refused when they are about nothing, or too long', () => {
    for (const bad of [{ name: '' }, { peer: '' }, { name: 'x'.repeat(300) }, { value: 'x'.repeat(100_000) }]) {
      expect(() => decodeMetric(encodeMetric({ ...metric, ...bad }))).toThrow(ClusterError)
    }
  })

  it('may be any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeMetric(bytes)
        } catch (err) {
          expect(err).toBeInstanceOf(ClusterError)
        }
      })
    )
  })
})
