import { ExitError } from '@ipfs-cluster/cli-kit'
import type { Io } from '@ipfs-cluster/cli-kit'
import { createIdentity, makeFolder, overrideIdentity, saveIdentity } from '@ipfs-cluster/core/config'
import { isThere } from './files.ts'
import { doing } from './command.ts'
import type { FollowerFolder } from './folder.ts'
import { PROGRAM } from './globals.ts'
import { writeSettings } from './settings.ts'
import { readSource } from './template/source.ts'

/** How a follower is made. */
export interface InitializeInit {
  readonly cluster: string
  readonly folder: FollowerFolder
  /** Where its configuration is, as the user gives it. */
  readonly source: string
  readonly gateway: string
  readonly io: Io
}

/**
 * Makes the folder of a follower: an identity, and where its configuration is. Nothing is fetched.
 *
 * @throws ExitError also when there is such a folder
 */
export async function initialize({ cluster, folder, source, gateway, io }: InitializeInit): Promise<void> {
  if (await isThere(folder.path)) {
    throw new ExitError(
      `Configuration for this cluster already exists.\nPlease delete ${folder.path} if you wish to re-initialize.`
    )
  }
  const { url, notice = '' } = readSource(source, gateway)
  io.stdout.write(notice)
  const created = await createIdentity()
  const identity = await doing('error applying environment variables to the identity', () =>
    overrideIdentity(created, io.env)
  )
  await doing(`error saving ${folder.identity}`, async () => {
    await makeFolder(folder.path)
    await saveIdentity(folder.identity, identity)
  })
  io.stdout.write(`Identity written to ${folder.identity}.\n`)
  await doing(`saving ${folder.service}`, () => writeSettings(folder, { source: url }))
  io.stdout.write(
    [
      `Configuration written to ${folder.service}.`,
      `Cluster "${cluster}" follower peer initialized.`,
      '',
      `You can now use "${PROGRAM} ${cluster} run" to start a follower peer for this cluster.`,
      '(Remember to start your IPFS daemon before)',
      ''
    ].join('\n')
  )
}
