import type { Socket } from 'node:net'

interface ParserError extends Error {
  code?: string
  rawPacket?: Buffer
}

const REQUEST_LINE = /^[!#$%&'*+.^_`|~\w-]+ \S+ HTTP\/1\.[01]\r?\n/

/** Answers what is not HTTP enough to become a request, with the texts of the Go release (spec: rest 2). */
export function answerClientError(error: ParserError, socket: Socket): void {
  if (socket.writable && error.code !== 'ECONNRESET' && error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') {
    socket.end(answerTo(error))
  }
  socket.destroySoon()
}

function answerTo(error: ParserError): string {
  if (error.code === 'HPE_HEADER_OVERFLOW') return plain('431 Request Header Fields Too Large')
  const start = error.rawPacket?.subarray(0, 8192).toString('latin1') ?? ''
  if (error.code === 'HPE_INVALID_METHOD' && REQUEST_LINE.test(start)) {
    return 'HTTP/1.1 405 Method Not Allowed\r\nVary: Origin\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
  }
  return plain('400 Bad Request')
}

function plain(status: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`
}
