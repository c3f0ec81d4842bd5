import { replayTranscript } from './replay-suite.ts'
import { SlowIpfs } from './slow-ipfs.ts'

replayTranscript('states-mock', {
  init: (ipfsPeerId) => ({
    parts: { ipfs: () => new SlowIpfs(ipfsPeerId, 4000) },
    stateless: { concurrentPins: 1, maxPinQueueSize: 2 }
  })
})
