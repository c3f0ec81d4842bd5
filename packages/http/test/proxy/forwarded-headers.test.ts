import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { relayedHeaders } from '../../src/proxy/forwarded-headers.ts'

const name = fc.constantFrom('A', 'b', 'Connection', 'Keep-Alive', 'TE', 'Transfer-Encoding', 'Trailer', 'Upgrade')
const value = fc.constantFrom('a', 'A, b', 'close', 'keep-alive, B')

describe('headers that are passed on', () => {
  it('keep their order and case, and have none that speak of the connection', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), fc.boolean(), (headers, isChunked) => {
        const named = headers
          .filter(([key]) => key === 'Connection')
          .flatMap(([, text]) => text.toLowerCase().split(', '))
        const stays = ([key]: [string, string]): boolean =>
          (key === 'A' || key === 'b' || (key === 'Trailer' && isChunked)) && !named.includes(key.toLowerCase())
        expect(relayedHeaders(headers.flat(), isChunked)).toEqual(headers.filter(stays).flat())
      })
    )
  })
})
