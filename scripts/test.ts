/**
 * `npm test`: builds, checks and tests everything. Words after `--` go to Jest (`npm test -- packages/api`), and then
 * only the tests run. The last line is `N passed, N failed`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPrograms } from './lib/build.ts'
import { root, runNode, runSideBySide, SOURCE_CONDITION, toolPath } from './lib/project.ts'

interface JestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numFailedTestSuites: number
  numRuntimeErrorTestSuites: number
}

const words = process.argv.slice(2)
await buildPrograms((text) => process.stderr.write(`${text}\n`))

process.env['IPFS_CLUSTER_TEST_BUILT'] = '1'

let passed = 0
let failed = 0
let skipped = 0
if (words.length === 0) {
  const codes = await runSideBySide(
    ['typecheck', 'lint', 'docs --check'].map((title) => {
      const [task = '', ...args] = title.split(' ')
      return { title, args: [`--conditions=${SOURCE_CONDITION}`, join(root, 'scripts', `${task}.ts`), ...args] }
    })
  )
  passed = codes.filter((code) => code === 0).length
  failed = codes.length - passed
}

process.stdout.write('\n== tests\n')
const report = await runJest(words)
passed += report.numPassedTests
// A suite that could not even be loaded holds no failed test, and is a failure all the same.
failed += report.numFailedTests + report.numRuntimeErrorTestSuites
skipped += report.numPendingTests
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

async function runJest(args: readonly string[]): Promise<JestReport> {
  const folder = mkdtempSync(join(tmpdir(), 'ipfs-cluster-test-'))
  const output = join(folder, 'report.json')
  try {
    const code = await runNode([
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      toolPath('jest/bin/jest.js'),
      '--json',
      `--outputFile=${output}`,
      ...args
    ])
    const result = JSON.parse(readFileSync(output, 'utf8')) as JestReport
    // Jest can fail for a reason that no count shows, an open coverage gate for one.
    if (code !== 0 && result.numFailedTests + result.numRuntimeErrorTestSuites === 0)
      result.numRuntimeErrorTestSuites = 1
    return result
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
