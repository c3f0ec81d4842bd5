import { execFileSync } from 'node:child_process'
import { describe, expect, it } from '@jest/globals'
import { bool, completionScript, GoCommand, SHELLS, string } from '../src/index.ts'
import type { Program } from '../src/index.ts'

class Show extends GoCommand {
  static override summary = "Shows what it's told"
  static override flags = {
    name: string({ char: 'n', summary: 'a: name' }),
    loud: bool(),
    secret: bool({ hidden: true })
  }

  async run(): Promise<void> {}
}

class Hidden extends GoCommand {
  static override hidden = true

  async run(): Promise<void> {}
}

const program: Program = {
  bin: 'my-prog',
  version: '1',
  summary: 'a program',
  description: '',
  globals: { host: string({ char: 'l' }), debug: bool() },
  commands: [
    { name: 'show', load: async () => Show },
    { name: 'secret', load: async () => Hidden },
    { name: 'group', summary: 'Groups', commands: [{ name: 'inner', load: async () => Show }] }
  ],
  exits: { usage: 1, noCommand: 0, unknownCommand: 'message' }
}

describe('completionScript', () => {
  it.each<[words: string[], expected: string]>([
    [[''], 'show group --host -l --debug'],
    [['s'], 'show'],
    [['--host', 'show', 'g'], 'group'],
    [['--host', ''], ''],
    [['-l', 'x', 'group', ''], 'inner'],
    [['group', 'inner', '--'], '--name --loud'],
    [['group', 'inner', '-n', ''], ''],
    [['show', '-n', 'group', '--l'], '--loud']
  ])('completes %j in bash', async (words, expected) => {
    const script = await completionScript(program, 'bash')
    const ask = `COMP_WORDS=(my-prog "$@"); COMP_CWORD=$#; _my_prog; echo "\${COMPREPLY[@]}"`
    const printed = execFileSync('bash', ['-c', `${script}\n${ask}`, 'bash', ...words], { encoding: 'utf8' })
    expect(printed.trim()).toBe(expected)
  })

  it.each(SHELLS)('tells %s of every command and flag that is not hidden', async (shell) => {
    const script = await completionScript(program, shell)
    for (const word of ['show', 'group', 'inner', 'name', 'loud', 'host', 'debug']) expect(script).toContain(word)
    expect(script).not.toContain('secret')
  })

  it('keeps descriptions from being taken for syntax', async () => {
    expect(await completionScript(program, 'zsh')).toContain(`'show:Shows what it'\\''s told'`)
    expect(await completionScript(program, 'fish')).toContain(`-a show -d 'Shows what it'\\''s told'`)
  })
})
