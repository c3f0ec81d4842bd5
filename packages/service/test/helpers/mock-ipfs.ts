import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The few calls of Kubo's RPC that a peer with nothing pinned makes. */
const ANSWERS: Readonly<Record<string, object>> = {
  id: {
    ID: 'QmXZrtE5jQwXNqCJMfHUTQkvhQ4ZAnqMnmzFMJfLewuabc',
    Addresses: [],
    AgentVersion: 'mock',
    ProtocolVersion: ''
  },
  version: { Version: '0.40.0', Commit: '', Repo: '18', System: 'mock', Golang: '' },
  'repo/stat': { RepoSize: 1000, StorageMax: 10_000_000_000, NumObjects: 0 },
  'pin/ls': {},
  'swarm/peers': { Peers: [] }
}

/** An IPFS node that has nothing. */
export class MockIpfs implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    const [, command = ''] = /^\/api\/v0\/([^?]*)/.exec(request.url ?? '') ?? []
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(ANSWERS[command] ?? {}))
    request.resume()
  })

  /** @param port - 0: any that is free */
  static async start(port = 0): Promise<MockIpfs> {
    const mock = new MockIpfs()
    mock.#server.listen(port, '127.0.0.1')
    await once(mock.#server, 'listening')
    return mock
  }

  get multiaddr(): string {
    return `/ip4/127.0.0.1/tcp/${this.port}`
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
