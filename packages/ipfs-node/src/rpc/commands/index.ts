import type { Command } from '../context.ts'
import { add } from './add.ts'
import { blockGet, blockPut, blockRm, blockStat } from './block.ts'
import { dagExport, dagGet, dagImport, dagPut, dagResolve, dagStat } from './dag.ts'
import { cat, filesStat, get, ls } from './files.ts'
import {
  bitswapStat,
  config,
  configReplace,
  configShow,
  id,
  swarmAddrs,
  swarmAddrsLocal,
  swarmConnect,
  swarmDisconnect,
  swarmPeers,
  version
} from './node.ts'
import { pinAdd, pinLs, pinRm, pinUpdate, pinVerify } from './pin.ts'
import { refs, refsLocal } from './refs.ts'
import { repoGc, repoStat, repoVersion } from './repo.ts'
import { nameResolve, resolve } from './resolve.ts'

/** Every command of the RPC, by its path below `/api/v0/`. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  add,
  'bitswap/stat': bitswapStat,
  'block/get': blockGet,
  'block/put': blockPut,
  'block/rm': blockRm,
  'block/stat': blockStat,
  cat,
  config,
  'config/replace': configReplace,
  'config/show': configShow,
  'dag/export': dagExport,
  'dag/get': dagGet,
  'dag/import': dagImport,
  'dag/put': dagPut,
  'dag/resolve': dagResolve,
  'dag/stat': dagStat,
  'files/stat': filesStat,
  get,
  id,
  ls,
  'name/resolve': nameResolve,
  'pin/add': pinAdd,
  'pin/ls': pinLs,
  'pin/rm': pinRm,
  'pin/update': pinUpdate,
  'pin/verify': pinVerify,
  refs,
  'refs/local': refsLocal,
  'repo/gc': repoGc,
  'repo/ls': refsLocal,
  'repo/stat': repoStat,
  'repo/version': repoVersion,
  resolve,
  'stats/bitswap': bitswapStat,
  'stats/repo': repoStat,
  'swarm/addrs': swarmAddrs,
  'swarm/addrs/listen': swarmAddrsLocal,
  'swarm/addrs/local': swarmAddrsLocal,
  'swarm/connect': swarmConnect,
  'swarm/disconnect': swarmDisconnect,
  'swarm/peers': swarmPeers,
  version
}
