import { describe, expect, it } from '@jest/globals'
import { dialFailure } from '../../src/network/dial-failure.ts'

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
const call = { target: 'peer X', addresses: ['/ip4/127.0.0.1/tcp/1'], isStranger: false }

describe('dialFailure', () => {
  it('gives each cause once, in words', () => {
    const many = new AggregateError([refused, refused, new Error('The operation was aborted due to timeout')])
    const { code, message } = dialFailure(many, call)
    expect(code).toBe('ERR_PEER_UNREACHABLE')
    expect(message).toBe('failed to dial peer X (/ip4/127.0.0.1/tcp/1): nothing listens there; no answer in time')
  })

  it('tells of another secret, unless nobody answered', () => {
    const broken = new Error('read ECONNRESET')
    expect(dialFailure(broken, { ...call, isStranger: true }).code).toBe('ERR_WRONG_SECRET')
    expect(dialFailure(refused, { ...call, isStranger: true }).code).toBe('ERR_PEER_UNREACHABLE')
  })

  it('keeps the words of causes that it does not know', () => {
    expect(dialFailure(new Error('the sky fell'), call).message).toContain('the sky fell')
  })
})
