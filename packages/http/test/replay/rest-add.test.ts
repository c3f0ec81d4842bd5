import { replayTranscript } from './replay-suite.ts'

replayTranscript('rest-add', {
  missing: [
    'add-nocopy',
    'add-shard',
    'add-shard-allocations',
    'add-shard-pins',
    'unpin-clusterdag',
    'unpin-shard',
    'repin-meta',
    'unpin-meta',
    'add-shard-small',
    'add-car',
    'add-car-stream',
    'add-car-dir',
    'add-car-two',
    'add-car-wrap',
    'add-car-bad',
    'add-car-truncated',
    'add-car-dir-part',
    'add-car-no-roots'
  ]
})
