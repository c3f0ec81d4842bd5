import { socketTransport } from '../../../src/transport/socket/index.ts'
import { testTransport } from '../../../test-suites/transport.ts'

testTransport('socket', {
  open: (endpoint) => socketTransport({ endpoint }),
  showsTrailers: true,
  reachesUnix: true,
  streamsBody: true
})
