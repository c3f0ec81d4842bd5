// The mock IPFS node as a process, for a peer in a network of its own: mock-ipfs.ts PORT. Ends with its standard input.
import { startMockIpfs } from '../mock-ipfs.ts'

const { port } = await startMockIpfs(Number(process.argv[2]))
process.stdout.write(`listening at ${port}\n`)
process.stdin.on('end', () => process.exit(0)).resume()
