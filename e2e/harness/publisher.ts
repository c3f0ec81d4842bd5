import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Namespace } from './namespace.ts'
import type { Peer } from './peer.ts'
import { freePorts } from './ports.ts'
import { Program } from './process.ts'

/** A service.json, as far as the tests look into it. */
export interface Template {
  cluster: Record<string, unknown>
  consensus: { crdt?: Record<string, unknown>; raft?: object }
  ipfs_connector: { ipfshttp: Record<string, unknown> }
  datastore: Record<string, unknown>
}

/** A web server with configurations for followers, in a network of its own or in that of the tests. */
export class Publisher implements AsyncDisposable {
  readonly url: string
  readonly #folder: string
  readonly #program: Program

  private constructor(folder: string, port: number, prefix: readonly string[]) {
    this.url = `http://127.0.0.1:${port}`
    this.#folder = folder
    const args = [join(import.meta.dirname, 'programs/publish.ts'), folder, String(port)]
    this.#program = new Program(process.execPath, args, { prefix })
  }

  static async start(folder: string, namespace?: Namespace): Promise<Publisher> {
    mkdirSync(folder, { recursive: true })
    const [port = 0] = namespace?.ports(1) ?? (await freePorts(1))
    const publisher = new Publisher(folder, port, namespace?.prefix ?? [])
    await publisher.#program.waitFor(/listening/)
    return publisher
  }

  /** @returns where it is to be had */
  publish(name: string, template: Template): string {
    writeFileSync(join(this.#folder, name), JSON.stringify(template, null, 2))
    return `${this.url}/${name}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.stop('SIGKILL')
  }
}

/** The configuration of the followers of a peer: its own, with the peer as the one that is trusted. */
export function templateOf(trusted: Peer): Template {
  const own = JSON.parse(readFileSync(join(trusted.folder, 'peer/service.json'), 'utf8')) as Template
  return {
    ...own,
    cluster: {
      ...own.cluster,
      follower_mode: true,
      listen_multiaddress: ['/ip4/127.0.0.1/tcp/0'],
      peer_addresses: [trusted.swarmAddress]
    },
    consensus: { crdt: { ...own.consensus.crdt, trusted_peers: [trusted.id] } },
    ipfs_connector: { ipfshttp: { ...own.ipfs_connector.ipfshttp, connect_swarms_delay: '1s' } }
  }
}
