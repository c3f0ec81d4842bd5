import { replayTranscript } from './replay-suite.ts'
import { loadTranscript } from './vectors.ts'

const { cids = {} } = loadTranscript('proxy').vars

replayTranscript('proxy', {
  // Of the files that the recorded node had, only the CIDs are known.
  prepare: async (peer) => {
    const substitutes: Record<string, string> = {}
    for (const name of ['a', 'b', 'd'])
      substitutes[cids[name] ?? ''] = await peer.give({ [name]: `content of ${name}\n` })
    const file = await peer.give({ 'a.txt': 'file in a folder\n' })
    substitutes['QmTFyFJ72iZYbZV1ipsrCq7g25LuJLuxy7oby3uKdL35mA'] = file
    substitutes[cids['dir'] ?? ''] = await peer.give({ 'dir/a.txt': 'file in a folder\n' })
    return substitutes
  }
})
