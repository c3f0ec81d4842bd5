import { describe, expect, it } from '@jest/globals'
import { parse } from '@oclif/core/parser'
import fc from 'fast-check'
import { arg, bool, GoCommand, int, parseGo, string, strings } from '../src/index.ts'
import { oclifCommand } from '../src/oclif.ts'

class Add extends GoCommand {
  static override summary = 'Adds'
  static override args = { path: arg({ description: 'what to add' }) }
  static override flags = {
    name: string({ char: 'n', summary: 'a name' }),
    rmin: int(),
    label: strings(),
    quiet: bool({ char: 'q' })
  }

  async run(): Promise<void> {
    this.parse(Add)
  }
}

describe('a command as an oclif command', () => {
  it('keeps what the command declares', () => {
    const command = oclifCommand('pin:add', Add)
    expect([command.id, command.summary, command.strict]).toEqual(['pin:add', 'Adds', false])
    expect(Object.keys(command.flags)).toEqual(['name', 'rmin', 'label', 'quiet'])
    expect(command.args['path']).toMatchObject({ description: 'what to add', ignoreStdin: true })
  })

  it("is read alike by oclif's parser where the two grammars agree", async () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]*$/)
    const line = fc.record({ name: word, rmin: fc.integer(), labels: fc.array(word), quiet: fc.boolean(), path: word })
    await fc.assert(
      fc.asyncProperty(line, async ({ name, rmin, labels, quiet, path }) => {
        const argv = [
          `--name=${name}`,
          `--rmin=${rmin}`,
          ...labels.map((label) => `--label=${label}`),
          ...(quiet ? ['-q'] : []),
          path
        ]
        const ours = parseGo(argv, Add, { env: {}, interspersed: true })
        const theirs = await parse(argv, { flags: oclifCommand('add', Add).flags, args: Add.args, strict: false })
        expect(theirs.flags).toEqual(ours.flags)
        expect(theirs.args).toEqual(ours.args)
      })
    )
  })
})
