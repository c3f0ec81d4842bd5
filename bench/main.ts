/**
 * Measures the built programs as a user runs them:
 * `npm run bench -- [--small | --large] [--against DIR [--against-env NAME=VALUE]] [--profile DIR] [--json FILE] [NAME ...]`.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { OUR_BINS } from '../e2e/harness/peer.ts'
import type { Figure, Scenario } from './lib/scenario.ts'
import { adds } from './scenarios/adds.ts'
import { blocks } from './scenarios/blocks.ts'
import { churn } from './scenarios/churn.ts'
import { cluster } from './scenarios/cluster.ts'
import { ctlStart } from './scenarios/ctl-start.ts'
import { idle } from './scenarios/idle.ts'
import { pins } from './scenarios/pins.ts'
import { recovery } from './scenarios/recovery.ts'
import { state } from './scenarios/state.ts'
import { status } from './scenarios/status.ts'

const SCENARIOS: readonly Scenario[] = [ctlStart, idle, pins, churn, cluster, status, state, recovery, adds, blocks]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    small: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    against: { type: 'string' },
    'against-env': { type: 'string', multiple: true, default: [] },
    profile: { type: 'string' },
    json: { type: 'string' }
  }
})
const scale = values.small ? 'small' : values.large ? 'large' : 'full'
const chosen = SCENARIOS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (chosen.length === 0) {
  process.stderr.write(`no such scenario; there are: ${SCENARIOS.map(({ name }) => name).join(', ')}\n`)
  process.exit(1)
}

const theirEnv = Object.fromEntries(values['against-env'].map((words) => words.split(/=(.*)/s, 2)))
const rows: { scenario: string; ours: Figure; theirs: Figure | undefined }[] = []
for (const scenario of chosen) {
  process.stderr.write(`${scenario.name} ...\n`)
  const { against } = values
  const theirs =
    against === undefined
      ? []
      : await scenario.run({
          ...{ bins: against, scale: scale === 'large' ? 'full' : scale, hasBatches: false, env: theirEnv }
        })
  const env = values.profile === undefined ? undefined : profiled(join(values.profile, scenario.name))
  for (const ours of await scenario.run({ bins: OUR_BINS, scale, hasBatches: true, ...(env && { env }) })) {
    rows.push({ scenario: scenario.name, ours, theirs: theirs.find(({ name }) => name === ours.name) })
  }
}

print()
if (values.json !== undefined) {
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, commit: commit() }
  const against = values.against === undefined ? {} : { theirEnv }
  writeFileSync(
    values.json,
    `${JSON.stringify({ date: new Date().toISOString(), scale, machine, ...against, rows }, null, 2)}\n`
  )
}

/** Has the programs that run on Node write a CPU profile and a heap profile each when they end. */
function profiled(folder: string): Record<string, string> {
  const path = resolve(folder)
  mkdirSync(path, { recursive: true })
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${path} --heap-prof --heap-prof-dir=${path}` }
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
