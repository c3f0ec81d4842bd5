import { replayTranscript } from './replay-suite.ts'
import { loadTranscript } from './vectors.ts'

const { cids = {} } = loadTranscript('pinsvc').vars

replayTranscript('pinsvc', {
  inVain: ['replace-new'],
  // Of the files that the recorded node had, only the CIDs are known.
  prepare: async (peer) => {
    const substitutes: Record<string, string> = {}
    for (const name of ['a', 'b', 'c'])
      substitutes[cids[name] ?? ''] = await peer.give({ [name]: `content of ${name}\n` })
    return substitutes
  }
})
