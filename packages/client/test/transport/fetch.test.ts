import { fetchTransport } from '../../src/browser.ts'
import { testTransport } from '../../test-suites/transport.ts'

testTransport('fetch', {
  open: (endpoint) => fetchTransport({ endpoint }),
  showsTrailers: false,
  reachesUnix: false,
  streamsBody: false
})
