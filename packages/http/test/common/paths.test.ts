import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readTarget } from '../../src/common/paths.ts'

describe('readTarget', () => {
  it.each([
    ['/version', '/version'],
    ['/%76ersion', '/version'],
    ['/pins/ipfs/Qm%2Fa.txt?name=a%2Fb', '/pins/ipfs/Qm/a.txt?name=a%2Fb'],
    ['/monitor/metrics/tag:group', '/monitor/metrics/tag:group'],
    ['/monitor/metrics/a%3Fb', '/monitor/metrics/a%3Fb'],
    ['/pins/a#b', '/pins/a%23b'],
    ['http://example.org:9094/pins?local=true', '/pins?local=true'],
    ['http://example.org', '/'],
    ['/', '/']
  ])('%s is routed as %s', (given, routed) => {
    expect(readTarget(given, 'GET')).toEqual({ url: routed })
  })

  it.each([
    ['GET', '/pins/', 307, '/pins'],
    ['POST', '/pins/x/?a=b', 307, '/pins/x?a=b'],
    ['GET', '/pins//', 307, '/pins/'],
    ['GET', '/pins%2f', 307, '/pins'],
    ['GET', '//pins', 308, '/pins'],
    ['POST', '/a/../pins/x?name=y', 308, '/pins/x?name=y'],
    ['GET', '/a/%2e%2e/%2e%2e/%2e%2e/etc/passwd', 308, '/etc/passwd'],
    ['GET', '/pins/./x', 308, '/pins/x'],
    ['GET', '/a%2F%2Fb', 308, '/a/b']
  ])('%s %s is redirected (%d) to %s', (method, target, status, location) => {
    const { answer } = readTarget(target, method)
    expect(answer?.status).toBe(status)
    expect(answer?.headers).toEqual(expect.arrayContaining(['Location', location]))
  })

  it('refuses a malformed escape', () => {
    expect(readTarget('/pins/%zz', 'GET').answer).toMatchObject({ status: 400, body: '400 Bad Request' })
  })

  it('never redirects to another host', () => {
    const segment = fc.constantFrom('/', '//', '/.', '/..', 'evil.example', '%2f', '%5c', '\\', '@', 'a')
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 8 }), (parts) => {
        const headers = readTarget(`/${parts.join('')}`, 'GET').answer?.headers ?? []
        const location = headers[headers.indexOf('Location') + 1] ?? '/'
        if (!headers.includes('Location')) return
        expect(new URL(location, 'http://peer.example').host).toBe('peer.example')
      })
    )
  })

  it('escapes the link of a redirect', () => {
    const { answer } = readTarget('/%22%3E%3Cscript%3E&/', 'GET')
    expect(answer).toMatchObject({ body: '<a href="/%22%3E%3Cscript%3E&amp;">Temporary Redirect</a>.\n\n' })
  })
})
