import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { REPO_VERSION } from '../../defaults.ts'
import { KuboError } from '../../errors.ts'
import { parseSize } from '../../repo/config.ts'
import type { Command } from '../context.ts'

const RAW = 0x55

/** `repo/stat` */
export const repoStat: Command = {
  options: { 'size-only': 'bool', s: '=size-only', human: 'bool', H: '=human' },
  async run({ node: { blocks, repo }, options, reply }) {
    await blocks.store.flush()
    const { size, count } = blocks.store.segments.totals()
    const sizes = { RepoSize: size, StorageMax: parseSize(repo.config.Datastore.StorageMax) }
    if (options.bool('size-only') === true) {
      await reply.once({ ...sizes, NumObjects: 0, RepoPath: '', Version: '' })
      return
    }
    await reply.once({ ...sizes, NumObjects: count, RepoPath: repo.path, Version: `fs-repo@${REPO_VERSION}` })
  }
}

/** `repo/gc`: removes what no pin reaches. */
export const repoGc: Command = {
  options: { 'stream-errors': 'bool', quiet: 'bool', q: '=quiet', silent: 'bool' },
  async run({ node: { collector }, options, signal, reply, encode }) {
    const silent = options.bool('silent') === true
    const streamErrors = options.bool('stream-errors') === true
    for await (const result of collector.collect({ signal })) {
      if ('error' in result) {
        if (streamErrors) await reply.emit({ Key: null, Error: result.error })
        else throw new KuboError(result.error)
      } else if (!silent) {
        await reply.emit({ Key: { '/': encode(CID.createV1(RAW, Digest.decode(result.multihash))) } })
      }
    }
  }
}

/** `repo/version` */
export const repoVersion: Command = {
  async run({ reply }) {
    await reply.once({ Version: REPO_VERSION })
  }
}
