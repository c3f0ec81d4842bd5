import { fetchTransport } from '../../src/browser.ts'
import { socketTransport, undiciTransport } from '../../src/node.ts'
import { testTransport } from '../../test-suites/transport.ts'

testTransport('socket', {
  open: (endpoint) => socketTransport({ endpoint }),
  showsTrailers: true,
  reachesUnix: true,
  streamsBody: true
})

testTransport('undici', {
  open: (endpoint) => undiciTransport({ endpoint }),
  showsTrailers: true,
  reachesUnix: true,
  streamsBody: true
})

testTransport('fetch', {
  open: (endpoint) => fetchTransport({ endpoint }),
  showsTrailers: false,
  reachesUnix: false,
  streamsBody: false
})
