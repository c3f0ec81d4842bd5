import { replayTranscript } from './replay-suite.ts'

replayTranscript('states-mock')
