import { undiciTransport } from '../../src/node.ts'
import { testTransport } from '../../test-suites/transport.ts'

testTransport('undici', {
  open: (endpoint) => undiciTransport({ endpoint }),
  showsTrailers: true,
  reachesUnix: true,
  streamsBody: true
})
