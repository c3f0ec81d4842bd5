/**
 * @packageDocumentation
 *
 * Runs a program by the code that V8 compiled in an earlier run of it. V8 compiles a function when it is first called,
 * and Node's own cache keeps only what was compiled before that: a peer would compile thousands of functions at each
 * start. It is apart, and imports next to nothing, because it runs before everything else.
 *
 * @example
 * if (launch('/opt/ipfs-cluster/ipfs-cluster-service.cjs', { isTraining: false }) === undefined) await import('./main.ts')
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import process from 'node:process'
import { constants, Script } from 'node:vm'
import { crc32 } from 'node:zlib'
import { keepWasmSmall } from './wasm-flags.ts'

/** What a program was run by: code of an earlier run, or of this one because V8 refused that or was not to have it. */
export type LaunchedBy = 'kept code' | 'refused code' | 'new code'

/** How Node runs a module that is no ES module. */
const HEAD = '(function(exports,require,module,__filename,__dirname){'
const TAIL = '\n})'

const CHECKSUM_SIZE = 4

type ModuleFunction = (...args: readonly unknown[]) => void

/**
 * Runs a program in this process, if there is code for it.
 *
 * @param program - path of a CommonJS module whose text is ASCII
 * @param options - `isTraining`: run it without, and keep what V8 has compiled when the process ends
 * @returns undefined when there is no code, and nothing was run
 */
export function launch(program: string, { isTraining }: { isTraining: boolean }): LaunchedBy | undefined {
  const text = readIfThere(program)
  if (text === undefined) return undefined
  const path = codePath(program, text)
  const code = isTraining ? undefined : readCode(path)
  if (code === undefined && !isTraining) return undefined
  // V8 takes code only under the flags under which it was made.
  keepWasmSmall()
  const script = new Script(HEAD + text.toString('latin1') + TAIL, {
    filename: program,
    columnOffset: -HEAD.length,
    ...(code && { cachedData: code }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
  })
  if (isTraining) process.once('exit', () => writeCode(path, script.createCachedData()))
  const module = { exports: {} }
  const run = script.runInThisContext() as ModuleFunction
  run(module.exports, createRequire(program), module, program, dirname(program))
  if (isTraining) return 'new code'
  return script.cachedDataRejected === true ? 'refused code' : 'kept code'
}

/** V8 itself looks only at the length of the text: another program of that length must have another name. */
function codePath(program: string, text: Uint8Array): string {
  const runtime = [process.version, process.arch, ...process.execArgv].join(' ')
  return `${program}.${hex(crc32(text))}-${hex(crc32(runtime))}.code`
}

/** @returns undefined when there is none, or a damaged one: V8 would run that */
function readCode(path: string): Buffer | undefined {
  const bytes = readIfThere(path)
  const end = (bytes?.length ?? 0) - CHECKSUM_SIZE
  if (bytes === undefined || end <= 0) return undefined
  const code = bytes.subarray(0, end)
  return crc32(code) === bytes.readUInt32LE(end) ? code : undefined
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

function writeCode(path: string, code: Buffer): void {
  const checksum = Buffer.alloc(CHECKSUM_SIZE)
  checksum.writeUInt32LE(crc32(code))
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, Buffer.concat([code, checksum]))
  renameSync(temporary, path)
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}
