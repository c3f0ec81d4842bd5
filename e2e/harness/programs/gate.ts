// Lets the tests reach what listens in a network namespace: gate.ts SOCKET. Run inside the namespace, it listens at a Unix
// socket, which is a file and so is there for all namespaces. A connection begins with a line that holds a port of
// 127.0.0.1, and is from then on one to that port. Ends with its standard input.
import { execFileSync } from 'node:child_process'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { pipeline } from 'node:stream'

execFileSync('ip', ['link', 'set', 'lo', 'up'])
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.once('readable', () => forward(socket))
})
server.listen(process.argv[2], () => process.stdout.write('open\n'))
process.stdin.on('end', () => process.exit(0)).resume()

function forward(socket: Socket): void {
  const head = socket.read() as Buffer | null
  if (head === null) return
  const end = head.indexOf('\n')
  const target = connect({ port: Number(head.subarray(0, end)), host: '127.0.0.1', allowHalfOpen: true })
  target.write(head.subarray(end + 1))
  pipeline(socket, target, socket, () => {
    socket.destroy()
    target.destroy()
  })
}
