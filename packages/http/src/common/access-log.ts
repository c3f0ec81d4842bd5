import { createWriteStream } from 'node:fs'
import type { WriteStream } from 'node:fs'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageOf } from '@ipfs-cluster/core/util'
import type { Logger } from '@ipfs-cluster/core/util'
import { readBasic } from './auth.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** What would end a line, or a quoted part of it. */
const UNSAFE = /[^ !#-[\]-~]/

/** Lines that may wait for the disk. When it cannot keep up, lines are dropped rather than kept in memory. */
const MAX_WAITING = 1024 * 1024

/** One line for each request, in the Common Log Format, to a file or to the log of the peer. */
export class AccessLog {
  readonly #logger: Logger
  readonly #file: WriteStream | undefined

  #second = 0
  #clockText = ''

  /** @param path - empty or undefined: the lines go to the logger */
  constructor(path: string | undefined, logger: Logger) {
    this.#logger = logger
    if (path === undefined || path === '') return
    this.#file = createWriteStream(path, { flags: 'a' })
    this.#file.on('error', (err) => logger.error(`cannot write the access log ${path}: ${messageOf(err)}`))
  }

  /** @param target - the target of the request line as it came */
  write(request: IncomingMessage, target: string, response: ServerResponse, size: number): void {
    const { method = '-', httpVersion, socket, headers } = request
    const user = headers.authorization === undefined ? '-' : readBasic(headers.authorization)?.user || '-'
    const who = `${socket.remoteAddress ?? '-'} - ${escape(user)}`
    const line = `${who} [${this.#clock()}] "${method} ${escape(target)} HTTP/${httpVersion}" ${response.statusCode} ${size}`
    if (this.#file === undefined) this.#logger.info(line)
    else if (this.#file.writableLength < MAX_WAITING) this.#file.write(`${line}\n`)
  }

  /** The time as it is written; made anew once a second. */
  #clock(): string {
    const now = Date.now()
    const second = Math.floor(now / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#clockText = formatClock(new Date(now))
    }
    return this.#clockText
  }

  async close(): Promise<void> {
    if (this.#file === undefined || this.#file.destroyed) return
    this.#file.end()
    await once(this.#file, 'close')
  }
}

function escape(text: string): string {
  return UNSAFE.test(text) ? JSON.stringify(text).slice(1, -1) : text
}

/** `21/Nov/2026:09:36:38 +0000` in the local zone. */
function formatClock(date: Date): string {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0')
  const offset = -date.getTimezoneOffset()
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}${two(Math.abs(offset) % 60)}`
  const day = `${two(date.getDate())}/${MONTHS[date.getMonth()]}/${date.getFullYear()}`
  return `${day}:${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${zone}`
}
