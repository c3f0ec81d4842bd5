// Serves the files of a folder over HTTP on loopback, as one who publishes a configuration: publish.ts FOLDER PORT. Ends
// with its standard input.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'

const [, , folder = '', port = '0'] = process.argv
createServer((request, response) => {
  readFile(join(folder, basename(request.url ?? ''))).then(
    (content) => response.end(content),
    () => response.writeHead(404).end('missing\n')
  )
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('listening\n'))
process.stdin.on('end', () => process.exit(0)).resume()
