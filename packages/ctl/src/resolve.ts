import { ExitError } from '@ipfs-cluster/cli-kit'
import type { Endpoint } from '@ipfs-cluster/client'

const LIMIT_MILLISECONDS = 30_000

/** One endpoint for each address of a name, in the order that the resolver gives. */
export async function resolveEndpoint(endpoint: Endpoint): Promise<Endpoint[]> {
  const { lookup } = await import('node:dns/promises')
  const { host, family = 0 } = endpoint
  try {
    const found = await withLimit(lookup(host, { all: true, family }), host)
    return found.map(({ address }) => ({ ...endpoint, host: address, isName: false }))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const reason = code === 'ENOTFOUND' || code === 'EAI_NODATA' ? 'no such host' : (error as Error).message
    throw ExitError.during('creating configs', new Error(`lookup ${host}: ${reason}`, { cause: error }))
  }
}

async function withLimit<T>(work: Promise<T>, host: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`lookup of ${host} took too long`)), LIMIT_MILLISECONDS)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}
