import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'

/** Folder of the checkout. */
export const root = dirname(dirname(import.meta.dirname))

/** Condition under which the packages of this repository resolve to their sources. */
export const SOURCE_CONDITION = '@ipfs-cluster/source'

/** Path of a program in the packages of `node_modules`, by the path inside its package. */
export function toolPath(path: string): string {
  return join(root, 'node_modules', path)
}

/**
 * The native executable that a package ships per platform, found by name: the package's own link to it is made by an
 * install script, and nothing here depends on install scripts.
 */
export function platformTool(scope: string, name: string, binary: string): string | undefined {
  const libc = ['', '-musl', '-baseline', '-musl-baseline']
  const arch = scope === '@oven' && process.arch === 'arm64' ? 'aarch64' : process.arch
  return libc
    .map((suffix) => toolPath(join(scope, `${name}${process.platform}-${arch}${suffix}`, 'bin', binary)))
    .find((path) => existsSync(path))
}

/** Runs a program of ours under this very Node and gives its exit code; its output is ours. */
export async function runNode(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return await run(process.execPath, args, env)
}

/**
 * Runs programs of ours side by side and gives their exit codes. What a program prints comes in one piece when it has
 * ended, below its title if it has one, so that nothing is mixed up.
 */
export async function runSideBySide(
  programs: readonly { title?: string; args: readonly string[] }[]
): Promise<number[]> {
  return await Promise.all(
    programs.map(async ({ title, args }) => {
      const env = { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) }
      const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env })
      const chunks: Buffer[] = title === undefined ? [] : [Buffer.from(`\n== ${title}\n`)]
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      const code = await exitCodeOf(child, 'close')
      process.stdout.write(Buffer.concat(chunks))
      return code
    })
  )
}

/** Runs a program and gives its exit code as a shell would; its output is ours. */
export async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env
): Promise<number> {
  return await exitCodeOf(spawn(command, args, { cwd: root, stdio: 'inherit', env }), 'exit')
}

/** The code when the program has ended, or (`close`) when all of its output is there as well. */
async function exitCodeOf(child: ChildProcess, event: 'exit' | 'close'): Promise<number> {
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once(event, (code: number | null, signal: NodeJS.Signals | null) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
