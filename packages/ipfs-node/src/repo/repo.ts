import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, messageOf, StartError } from '../errors.ts'
import { Database } from '../store/database.ts'
import type { NodeConfig, Profile } from './config.ts'
import { newConfig } from './config.ts'
import { newIdentity } from './identity.ts'

/**
 * The folder of a node:
 *
 * - `config`: JSON, see {@link NodeConfig}
 * - `blocks/`: CAR files with the blocks
 * - `index/`: a LevelDB with the place of each block, and the pins; open in one process at a time
 * - `api`, `gateway`: while the node runs, where it listens
 */
export class Repo {
  readonly path: string
  readonly database: Database
  #config: NodeConfig

  private constructor(path: string, config: NodeConfig) {
    this.path = path
    this.database = new Database(join(path, 'index'))
    this.#config = config
  }

  /** Opens the repo at a folder, after making one if there is none. @throws StartError */
  static async open(path: string, profile: Profile): Promise<Repo> {
    await mkdir(path, { recursive: true, mode: 0o700 })
    const repo = new Repo(path, await readConfig(path))
    await repo.database.open()
    // Only who has the database may make the config: two first starts at once would make two keys.
    try {
      if (Object.keys(repo.#config).length === 0) repo.#config = await readConfig(path)
      if (Object.keys(repo.#config).length === 0) await repo.saveConfig(newConfig(await newIdentity(), profile))
    } catch (err) {
      await repo.database.close()
      throw err
    }
    return repo
  }

  get config(): NodeConfig {
    return this.#config
  }

  get blocksPath(): string {
    return join(this.path, 'blocks')
  }

  /** Replaces the configuration; it is on disk when the promise resolves. */
  async saveConfig(config: NodeConfig): Promise<void> {
    await writeDurably(join(this.path, 'config'), `${JSON.stringify(config, null, 2)}\n`)
    this.#config = config
  }

  /** Tells other programs where the node listens. */
  async announce(addresses: { api: string; gateway?: string }): Promise<void> {
    await writeFile(join(this.path, 'api'), addresses.api)
    if (addresses.gateway !== undefined) await writeFile(join(this.path, 'gateway'), addresses.gateway)
  }

  async close(): Promise<void> {
    await rm(join(this.path, 'api'), { force: true })
    await rm(join(this.path, 'gateway'), { force: true })
    await this.database.close()
  }
}

async function readConfig(path: string): Promise<NodeConfig> {
  const file = join(path, 'config')
  try {
    return JSON.parse(await readFile(file, 'utf8')) as NodeConfig
  } catch (err) {
    if (codeOf(err) === 'ENOENT') return {} as NodeConfig
    throw new StartError(`cannot read ${file}: ${messageOf(err)}`, { cause: err })
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
}
