import { replayTranscript } from './replay-suite.ts'

/** A file that the recorded node had, of which only the CID is known. */
const RECORDED_FILE = 'QmYFrVGYsVXcEodAjqfmJ3VkJ34zYfhE22Wrq9Nr6FDShX'

replayTranscript('rest-crdt-single', {
  prepare: async (peer) => {
    await peer.give({ folder: null })
    await peer.give({ direct: 'direct\n' })
    await peer.give({ 'dir/a.txt': 'aaa\n', 'dir/sub/b.txt': 'bbb\n' })
    // Its key stands between the same others as that of the recorded file.
    return { [RECORDED_FILE]: await peer.give({ updated: 'updated content\n' }) }
  }
})
