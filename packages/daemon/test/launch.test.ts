import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

const LAUNCHED = join(import.meta.dirname, 'helpers/launched.ts')

/** Says a word, and what it can reach: of the module system, of its folder, by import(), and in which mode it runs. */
const text = (word: string): string => `"use strict";
const { basename } = require('node:path')
const isStrict = (function () { return this === undefined })()
function say(...words) { process.stdout.write(words.join(' ') + '\\n') }
say('${word}', basename(__filename), typeof module.exports, require('./beside.cjs'), isStrict)
import('./beside.cjs').then((beside) => say('imported', beside.default))
`

describe('launch', () => {
  let folder: string
  let program: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ipfs-cluster-launch-'))
    program = join(folder, 'program.cjs')
    writeFileSync(join(folder, 'beside.cjs'), 'module.exports = "beside"')
    writeFileSync(program, text('one'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function run(words: readonly string[] = [], flags: readonly string[] = []): string[] {
    const node = ['--disable-warning=ExperimentalWarning', ...flags, LAUNCHED, program, ...words]
    const { stdout, stderr } = spawnSync(process.execPath, node, { encoding: 'utf8' })
    expect(stderr).toBe('')
    return stdout.trim().split('\n')
  }
  const codeFiles = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.code'))
  const said = (by: string, word = 'one'): string[] => [`${word} program.cjs object beside true`, by, 'imported beside']

  it('runs a program as Node does and leaves its code when told to, and then runs it by that', () => {
    expect(run()).toEqual(['nothing'])
    expect(run(['training'])).toEqual(said('new code'))
    expect(codeFiles()).toHaveLength(1)
    expect(run()).toEqual(said('kept code'))
  })

  it('runs no code of another program, be it as long, nor of a Node with other flags', () => {
    run(['training'])
    writeFileSync(program, text('two'))
    expect(run()).toEqual(['nothing'])
    run(['training'])
    expect(codeFiles()).toHaveLength(2)
    expect(run([], ['--no-opt'])).toEqual(['nothing'])
    expect(run()).toEqual(said('kept code', 'two'))
  })

  it('runs no code that is damaged, and compiles anew what V8 does not take', () => {
    run(['training'])
    const path = join(folder, codeFiles()[0] ?? '')
    const code = readFileSync(path)
    code[code.length >> 1]! ^= 1
    writeFileSync(path, code)
    expect(run()).toEqual(['nothing'])
    const foreign = Buffer.from('code of another V8')
    const checksum = Buffer.alloc(4)
    checksum.writeUInt32LE(crc32(foreign))
    writeFileSync(path, Buffer.concat([foreign, checksum]))
    expect(run()).toEqual(said('refused code'))
    rmSync(program)
    expect(run()).toEqual(['nothing'])
  })
})
