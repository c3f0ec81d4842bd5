/**
 * Measures the built programs as a user runs them: `npm run bench -- [--small] [--against DIR] [--json FILE] [NAME ...]`.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { OUR_BINS } from '../e2e/harness/peer.ts'
import type { Figure, Scenario } from './lib/scenario.ts'
import { adds } from './scenarios/adds.ts'
import { blocks } from './scenarios/blocks.ts'
import { ctlStart } from './scenarios/ctl-start.ts'
import { lists } from './scenarios/lists.ts'
import { pins } from './scenarios/pins.ts'

const SCENARIOS: readonly Scenario[] = [ctlStart, pins, lists, adds, blocks]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { small: { type: 'boolean', default: false }, against: { type: 'string' }, json: { type: 'string' } }
})
const scale = values.small ? 'small' : 'full'
const chosen = SCENARIOS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (chosen.length === 0) {
  process.stderr.write(`no such scenario; there are: ${SCENARIOS.map(({ name }) => name).join(', ')}\n`)
  process.exit(1)
}

const rows: { scenario: string; ours: Figure; theirs: Figure | undefined }[] = []
for (const scenario of chosen) {
  process.stderr.write(`${scenario.name} ...\n`)
  const theirs = values.against === undefined ? [] : await scenario.run({ bins: values.against, scale })
  for (const ours of await scenario.run({ bins: OUR_BINS, scale })) {
    rows.push({ scenario: scenario.name, ours, theirs: theirs.find(({ name }) => name === ours.name) })
  }
}

print()
if (values.json !== undefined) {
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, commit: commit() }
  writeFileSync(values.json, `${JSON.stringify({ date: new Date().toISOString(), scale, machine, rows }, null, 2)}\n`)
}

function print(): void {
  const lines = rows.map(({ ours, theirs }) => {
    const other = theirs === undefined ? '' : ` | ${format(theirs.value)} | ${(ours.value / theirs.value).toFixed(2)}`
    return `| ${ours.name} | ${format(ours.value)}${other} | ${ours.unit} |`
  })
  const head =
    values.against === undefined
      ? ['| figure | value | unit |', '|---|---|---|']
      : ['| figure | ours | theirs | ours/theirs | unit |', '|---|---|---|---|---|']
  process.stdout.write(`${[...head, ...lines].join('\n')}\n`)
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
