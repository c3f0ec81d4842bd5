/**
 * `npm run test:go`: the tests that need the Go release and a Kubo. Words after `--` go to Jest in place of the tests
 * that there are.
 */
import { buildPrograms } from './lib/build.ts'
import { runNode, toolPath } from './lib/project.ts'

const VARIABLES = {
  IPFS_CLUSTER_GO_BINS: 'a folder with ipfs-cluster-service, -ctl and -follow of the Go release v1.1.6',
  IPFS_KUBO_BIN: 'the program `ipfs` of a Kubo'
}

const TESTS = [
  ...['e2e/go-', 'e2e/kubo-', 'e2e/add-gc', 'e2e/hybrid', 'e2e/libp2p-api', 'e2e/proxy', 'e2e/sharding', 'e2e/split'],
  ...['e2e/user-script', 'go-peer']
]

const unset = Object.entries(VARIABLES).filter(([name]) => (process.env[name] ?? '') === '')
if (unset.length > 0) {
  const list = unset.map(([name, what]) => `  ${name}: ${what}\n`).join('')
  process.stderr.write(
    `Set these variables first:\n${list}The peers are run in network namespaces, which takes root.\n`
  )
  process.exit(1)
}

await buildPrograms((text) => process.stderr.write(`${text}\n`))
const words = process.argv.slice(2)
process.exitCode = await runNode([
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  toolPath('jest/bin/jest.js'),
  // One cluster of six processes at a time is as much as a small machine has room for.
  '--runInBand',
  ...(words.length > 0 ? words : TESTS)
])
