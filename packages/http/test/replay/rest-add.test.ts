import { replayTranscript } from './replay-suite.ts'

/** A shard links to raw blocks, so that a pin of it holds these and no others: it has another CID than one of Go. */
const SHARDS: Readonly<Record<string, string>> = {
  bafyreifjbqdcy6bkfndw3awqkueusz2ixfo7xb7utd5e3cehapfgarjega:
    'bafyreieaih7eiq4vtgyz4sbglrirz3fkm6kvszvojvabkjyxbqamhd2aci',
  bafyreifamj3czvi3jvfa7yfnbsvsx6cta4dynrfmristtvpu77si2cp3dq:
    'bafyreibtuyyhzpgbkr3uhv5q35as3v7geat6yynjw44tzvuxqrl3g3seby'
}

replayTranscript('rest-add', { prepare: async () => SHARDS })
