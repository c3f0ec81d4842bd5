import { KuboError } from '../errors.ts'
import { resolveDnslink } from './dnslink.ts'
import type { LookUpText, NameOptions } from './interface.ts'

/** What names are looked up with. */
export interface NamesComponents {
  /** The TXT records of a domain. */
  lookUpText: LookUpText
  /** The value of the newest record of an IPNS name, a path. */
  readRecord: (name: string, options: NameOptions) => Promise<string>
}

/** Names that lead to names are followed so far. */
const MAX_DEPTH = 32

/** Looks up the names that stand for content: domains with a DNSLink, and the hashes of keys. */
export class Names {
  readonly #components: NamesComponents

  constructor(components: NamesComponents) {
    this.#components = components
  }

  /**
   * The path under `/ipfs/` that a path under `/ipns/` stands for at this moment.
   *
   * @throws KuboError
   */
  async resolve(path: string, options: NameOptions = {}): Promise<string> {
    let current = path
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const [, name, rest = ''] = /^\/ipns\/([^/]+)(\/.*)?$/.exec(current) ?? []
      if (name === undefined) return current
      options.signal?.throwIfAborted()
      current = (await this.#valueOf(name, options)).replace(/\/+$/, '') + rest
    }
    throw new KuboError('could not resolve name (recursion limit exceeded)')
  }

  #valueOf(name: string, options: NameOptions): Promise<string> {
    return name.includes('.')
      ? resolveDnslink(name, this.#components.lookUpText, options)
      : this.#components.readRecord(name, options)
  }
}
