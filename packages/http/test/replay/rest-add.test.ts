import { replayTranscript } from './replay-suite.ts'

replayTranscript('rest-add')
