import { replayTranscript } from './replay-suite.ts'

replayTranscript('pinsvc')
