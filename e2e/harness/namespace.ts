import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { temporaryFolder } from './folder.ts'
import { Program } from './process.ts'

/** Whether this user may make network namespaces. */
export const canIsolate: boolean = process.platform === 'linux' && process.getuid?.() === 0 && hasTools()

/** Ports below those that the system gives out by itself, so nothing of the namespace can have taken one. */
const FIRST_PORT = 20_000

/**
 * A network of its own: at first a loopback interface and nothing else, so that a program in it can neither reach nor be
 * reached by anything but its kind. Gone when its scope ends and the programs in it have ended.
 */
export class Namespace implements AsyncDisposable {
  readonly #folder = temporaryFolder()
  readonly #socket = join(this.#folder.path, 'gate')
  readonly #gate: Program
  readonly #servers: Server[] = []
  #nextPort = FIRST_PORT

  private constructor() {
    const program = join(import.meta.dirname, 'programs/gate.ts')
    this.#gate = new Program('unshare', ['--net', process.execPath, program, this.#socket])
  }

  static async open(): Promise<Namespace> {
    const namespace = new Namespace()
    await namespace.#gate.waitFor(/open/)
    return namespace
  }

  /** Command that runs the command after it in here, in the same process. */
  get prefix(): readonly string[] {
    return ['nsenter', `--net=/proc/${this.#gate.pid}/ns/net`]
  }

  /** Ports that are free in here. */
  ports(count: number): number[] {
    return Array.from({ length: count }, () => this.#nextPort++)
  }

  /** @returns a port of the tests' own loopback interface that leads to one of this network's */
  async reach(port: number): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#relay(socket, port))
    this.#servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }

  /** Runs a command in here to its end. */
  run(command: string, ...args: string[]): string {
    const [program = '', ...words] = [...this.prefix, command, ...args]
    return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }

  /** Lays a cable between two networks: an interface `cable` in each, with the addresses given. */
  connect(other: Namespace, address: string, otherAddress: string): void {
    const peer = ['peer', 'name', 'cable', 'netns', String(other.#gate.pid)]
    this.run('ip', 'link', 'add', 'cable', 'type', 'veth', ...peer)
    this.#plugIn(address)
    other.#plugIn(otherAddress)
  }

  /** Pulls the cable out, or puts it in again. */
  setCable(state: 'up' | 'down'): void {
    this.run('ip', 'link', 'set', 'cable', state)
  }

  /** Breaks off all TCP connections with an address, as a machine between the two would that was switched off. */
  breakConnections(address: string): void {
    this.run('ss', '--kill', 'dst', address)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) server.close()
    await this.#gate.stop('SIGKILL')
    this.#folder[Symbol.dispose]()
  }

  #plugIn(address: string): void {
    this.run('ip', 'address', 'add', `${address}/24`, 'dev', 'cable')
    this.setCable('up')
  }

  #relay(socket: Socket, port: number): void {
    const gate = connect({ path: this.#socket, allowHalfOpen: true })
    gate.write(`${port}\n`)
    pipeline(socket, gate, socket, () => {
      socket.destroy()
      gate.destroy()
    })
  }
}

function hasTools(): boolean {
  try {
    execFileSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
