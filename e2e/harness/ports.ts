import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Ports of 127.0.0.1 that are free at this moment, all different. Programs that cannot report the port they were given
 * need to be told one.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  try {
    return await Promise.all(
      servers.map(async (server) => {
        server.listen(0, '127.0.0.1')
        await once(server, 'listening')
        const address = server.address()
        if (address === null || typeof address === 'string') throw new Error('no port was given')
        return address.port
      })
    )
  } finally {
    for (const server of servers) server.close()
  }
}

/** Holds a port of 127.0.0.1 as another program would, until its scope ends. */
export async function takePort(port: number): Promise<AsyncDisposable> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    }
  }
}
