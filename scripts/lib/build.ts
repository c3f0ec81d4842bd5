import type { BuildOptions } from 'esbuild'
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { plainHttp } from './plain-http.ts'
import { platformTool, root, SOURCE_CONDITION, toolPath } from './project.ts'
import { isStale, noteInputs, recipeHash } from './stale.ts'

/** A program as one file for Node, or as one with others beside it that are loaded when they are needed. */
interface Bundle {
  entry: string
  product: string
  /** Folder of those others, beside the product. */
  chunks?: string
}

const BUNDLES: readonly Bundle[] = [
  {
    entry: 'packages/service/src/main.ts',
    product: 'packages/service/dist/bundle/ipfs-cluster-service.mjs',
    chunks: 'ipfs-cluster-service'
  },
  { entry: 'packages/ipfs-node/src/main.ts', product: 'packages/service/dist/bundle/ipfs-node.mjs' },
  {
    entry: 'packages/follow/src/main.ts',
    product: 'packages/follow/dist/bundle/ipfs-cluster-follow.mjs',
    chunks: 'ipfs-cluster-follow'
  },
  { entry: 'packages/ipfs-node/src/main.ts', product: 'packages/follow/dist/bundle/ipfs-node.mjs' },
  {
    entry: 'packages/ctl/src/main.ts',
    product: 'packages/ctl/dist/bundle/ipfs-cluster-ctl.mjs',
    chunks: 'ipfs-cluster-ctl'
  }
]

const CTL_ENTRY = 'packages/ctl/src/main.ts'
const CTL_EXECUTABLE = 'packages/ctl/dist/bin/ipfs-cluster-ctl'

const ESBUILD: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22.19',
  conditions: [SOURCE_CONDITION],
  // Native addons are looked up in node_modules at run time.
  external: ['classic-level'],
  // What was CommonJS still calls require().
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"
  },
  minifySyntax: true,
  minifyWhitespace: true,
  plugins: [plainHttp],
  sourcemap: 'linked',
  metafile: true,
  logLevel: 'warning'
}

const BUN_FLAGS = [
  'build',
  '--compile',
  '--bytecode',
  '--minify',
  '--format=esm',
  // A command loads only what it needs of the one file, in few pieces: each takes a tenth of a millisecond.
  '--splitting',
  '--min-chunk-size=16384',
  // Most runs are over before code that is compiled early has paid for itself.
  '--compile-jit-policy=100',
  `--conditions=${SOURCE_CONDITION}`,
  // libp2p is for the Node form, which the executable starts when it is needed.
  '--external=@ipfs-cluster/client/libp2p',
  // The executable must not read files of the folder it happens to be run in.
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig'
]

/** Makes every program that is missing or out of date, and links the programs into `node_modules/.bin`. */
export async function buildPrograms(say: (text: string) => void): Promise<void> {
  const recipe = recipeHash(
    [import.meta.filename, join(import.meta.dirname, 'plain-http.ts')],
    JSON.stringify(ESBUILD),
    BUN_FLAGS.join(' ')
  )
  await Promise.all(BUNDLES.map(async (bundle) => makeBundle(bundle, recipe, say)))
  compileCtl(recipe, say)
  linkPrograms()
}

async function makeBundle(bundle: Bundle, recipe: string, say: (text: string) => void): Promise<void> {
  const product = join(root, bundle.product)
  if (!existsSync(join(root, bundle.entry)) || !isStale(product, recipe)) return
  say(`Building ${bundle.product}`)
  const start = Date.now()
  const result = await build({ ...ESBUILD, entryPoints: [bundle.entry], ...outputOf(bundle) })
  if (bundle.chunks !== undefined) removeOthers(join(dirname(product), bundle.chunks), result.metafile?.outputs ?? {})
  noteInputs(product, recipe, Object.keys(result.metafile?.inputs ?? {}), start)
}

/** Chunks of earlier builds have other names, and would be published with the package. */
function removeOthers(folder: string, outputs: object): void {
  const made = new Set(Object.keys(outputs).map((path) => join(root, path)))
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) if (!made.has(join(folder, name))) rmSync(join(folder, name))
}

function outputOf({ product, chunks }: Bundle): BuildOptions {
  if (chunks === undefined) return { outfile: product }
  return {
    splitting: true,
    outdir: dirname(product),
    entryNames: basename(product, '.mjs'),
    chunkNames: `${chunks}/[name]-[hash]`,
    outExtension: { '.js': '.mjs' }
  }
}

/** The release form of ctl. Where there is no Bun for the machine, the Node bundle does the same, slower. */
function compileCtl(recipe: string, say: (text: string) => void): void {
  const product = join(root, CTL_EXECUTABLE)
  const bundle = join(root, 'packages/ctl/dist/bundle/ipfs-cluster-ctl.mjs')
  const bun = platformTool('@oven', 'bun-', 'bun')
  if (bun === undefined || !isStale(product, recipe)) return
  say(`Compiling ${CTL_EXECUTABLE}`)
  const start = Date.now()
  mkdirSync(dirname(product), { recursive: true })
  const temporary = `${product}.new`
  const result = spawnSync(bun, [...BUN_FLAGS, '--outfile', temporary, CTL_ENTRY], { cwd: root, encoding: 'utf8' })
  if (result.status !== 0) {
    rmSync(temporary, { force: true })
    say(`Bun could not compile ipfs-cluster-ctl; the slower Node form is used.\n${result.stderr}`)
    return
  }
  // A running ctl keeps its old file, and a reader never sees half of the new one.
  chmodSync(temporary, 0o755)
  renameSync(temporary, product)
  noteInputs(product, recipe, ctlInputs(bundle), start)
}

/** Bun does not say what it read; the Node bundle of the same entry reads the same files. */
function ctlInputs(bundle: string): string[] {
  const record = JSON.parse(readFileSync(`${bundle}.made-from.json`, 'utf8')) as { inputs: object }
  return Object.keys(record.inputs)
}

/** Puts the executable itself in the place of the shim that npm linked, which saves starting a shell. */
function linkPrograms(): void {
  const link = toolPath('.bin/ipfs-cluster-ctl')
  const executable = join(root, CTL_EXECUTABLE)
  if (!existsSync(executable) || !existsSync(dirname(link))) return
  const temporary = `${link}.${process.pid}`
  symlinkSync(relative(dirname(link), executable), temporary)
  renameSync(temporary, link)
}
