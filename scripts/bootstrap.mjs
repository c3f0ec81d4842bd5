// Entry of every npm script. Runs on any Node from 18 on and uses built-ins only: it makes sure that the dependencies
// are those of the lockfile, then goes on under the Node that comes with them (docs/decisions/0001-runtime.md).
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const marker = join(root, 'node_modules', '.ipfs-cluster-lock')
const [task, ...args] = process.argv.slice(2)

if (task === undefined || !/^[a-z-]+$/.test(task) || !existsSync(join(root, 'scripts', `${task}.ts`))) {
  fail(`unknown task '${task ?? ''}'. Run it through npm: npm start, npm test, npm run build`)
}

/** Settings of the caller's npm that would make `npm ci` install less than all, or elsewhere. */
const NARROWING =
  /^npm_config_(omit|include|only|production|optional|dry_run|global|workspaces?|prefix|package_lock_only)$/i

install()
const child = spawn(
  findNode(),
  [
    '--disable-warning=ExperimentalWarning',
    '--conditions=@ipfs-cluster/source',
    join(root, 'scripts', `${task}.ts`),
    ...args
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, INIT_CWD: process.env.INIT_CWD ?? process.cwd() }
  }
)
// A Ctrl-C reaches the whole process group, a kill this process alone; the task takes a signal that comes twice at once
// for one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (err) => fail(err.message))
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))

/** Installs what the lockfile names, unless what is installed was installed from this very lockfile. */
function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return
  process.stderr.write('Installing dependencies (npm ci) ...\n')
  const npm = process.env.npm_execpath
  const [command, prefix] = npm !== undefined && /\.c?js$/.test(npm) ? [process.execPath, [npm]] : ['npm', []]
  // Flags rather than the caller's configuration: NODE_ENV=production or omit=optional would leave out what we run on.
  const result = spawnSync(
    command,
    [
      ...prefix,
      'ci',
      '--include=dev',
      '--include=optional',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error'
    ],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !NARROWING.test(name)))
    }
  )
  if (result.status !== 0) {
    rmSync(marker, { force: true })
    fail(
      'npm ci failed. Check that the npm registry can be reached and that the disk has 1 GB free, then run the command again'
    )
  }
  mkdirSync(dirname(marker), { recursive: true })
  writeFileSync(marker, lock)
}

/** @returns {string} the Node that npm brought, else this one if it is new enough */
function findNode() {
  for (const arch of ['x64', 'arm64']) {
    const path = join(root, 'node_modules', `node-linux-${arch}`, 'bin', 'node')
    if (existsSync(path) && process.platform === 'linux' && process.arch === arch) return path
  }
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 19)) return process.execPath
  return fail(
    `Node ${process.versions.node} is too old: no Node for ${process.platform}-${process.arch} comes with the project, so install Node 24`
  )
}

/** @returns {never} */
function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
