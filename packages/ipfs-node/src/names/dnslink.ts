import { Resolver } from 'node:dns/promises'
import { codeOf, KuboError, messageOf } from '../errors.ts'
import type { LookUpText, NameOptions } from './interface.ts'

const DNSLINK = /^dnslink=(\/(?:ipfs|ipns)\/[^/]+(?:\/.*)?)$/

/**
 * The path that a domain links to, by the DNSLink convention: a record of `_dnslink.<domain>`, or else of the domain.
 *
 * @throws KuboError when there is none, in Kubo's words
 */
export async function resolveDnslink(domain: string, lookUp: LookUpText, options: NameOptions = {}): Promise<string> {
  const bare = domain.replace(/\.$/, '')
  for (const place of [`_dnslink.${bare}`, bare]) {
    const records = await lookUp(place, options)
    const path = records.map((record) => DNSLINK.exec(record)?.[1]).find((found) => found !== undefined)
    if (path !== undefined) return path
  }
  throw new KuboError(
    `could not resolve name: ${JSON.stringify(domain)} is missing a DNSLink record (https://docs.ipfs.tech/concepts/dnslink/)`
  )
}

/** Errors of the system that say that there is nothing to be found. */
const NOTHING = ['ENODATA', 'ENOTFOUND']

/**
 * Asks name servers.
 *
 * @param servers - their addresses, `1.2.3.4` or `1.2.3.4:53`; those of the system when absent
 */
export function dnsText(servers?: readonly string[]): LookUpText {
  return async (domain, { signal }) => {
    const resolver = new Resolver()
    if (servers !== undefined) resolver.setServers(servers)
    const cancel = (): void => resolver.cancel()
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      const records = await resolver.resolveTxt(domain)
      return records.map((parts) => parts.join(''))
    } catch (err) {
      signal?.throwIfAborted()
      if (NOTHING.includes(codeOf(err) ?? '')) return []
      throw new KuboError(`could not resolve name: ${messageOf(err)}`, { cause: err })
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
  }
}
