import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { callPlugin, loadPlugin, pluginError } from '../../src/util/plugin.ts'
import { removeFolder, temporaryFolder } from '../helpers/temp-folder.ts'

let folder: string

beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => removeFolder(folder))

let count = 0

async function load(text: string, options: unknown = null): Promise<(components: unknown) => unknown> {
  const path = join(folder, `plugin-${count++}.mjs`)
  await writeFile(path, text)
  return loadPlugin({ part: 'allocator', module: './mine.mjs', path, options })
}

describe('loading a plugin', () => {
  it('gives the module its options, then its components', async () => {
    const make = await load('export const allocator = (options) => (components) => [options, components]', { a: 1 })
    expect(make('parts')).toEqual([{ a: 1 }, 'parts'])
  })

  it.each([
    [
      'export const Allocator = 1, other = 2',
      'must export a function "allocator"; it exports: Allocator (number), other (number)'
    ],
    ['export const allocator = () => ({ allocate() {} })', '"allocator" must be a function of the options that gives'],
    ['export const allocator = () => { throw new Error("no such option") }', 'no such option'],
    ['throw new Error("at the top")', 'at the top']
  ])('says what is wrong with %j', async (text, words) => {
    const error = { code: 'ERR_PLUGIN', message: expect.stringContaining(words) }
    await expect(load(text)).rejects.toMatchObject(error)
    await expect(load(text)).rejects.toThrow('allocator plugin ./mine.mjs: ')
  })

  it('says that there is no module', async () => {
    const path = join(folder, 'none.mjs')
    await expect(loadPlugin({ part: 'informer', module: 'none.mjs', path, options: null })).rejects.toThrow(
      /^informer plugin none.mjs: .*none.mjs/
    )
  })

  it('runs no text in place of a file', async () => {
    const module = 'data:text/javascript,export const allocator = () => () => {}'
    const path = join(folder, module)
    await expect(loadPlugin({ part: 'allocator', module, path, options: null })).rejects.toThrow(module)
  })
})

describe('calling a plugin', () => {
  it('gives its answer, whether or not it waits', async () => {
    expect(await callPlugin(() => 1)).toBe(1)
    expect(await callPlugin(async () => 2)).toBe(2)
  })

  it('ends in time, and says so to the plugin', async () => {
    let given: AbortSignal | undefined
    const never = (signal: AbortSignal): Promise<void> => {
      given = signal
      return new Promise(() => {})
    }
    await expect(callPlugin(never, { timeout: 5 })).rejects.toThrow('no answer within 0.005 s')
    expect(given?.aborted).toBe(true)
  })

  it('ends when the caller gives up, for the reason of the caller', async () => {
    const caller = new AbortController()
    const called = callPlugin(() => new Promise(() => {}), { signal: caller.signal })
    caller.abort(new Error('enough'))
    await expect(called).rejects.toThrow('enough')
  })

  it('passes on what the plugin throws, at once or later', async () => {
    const fail = (): never => {
      throw new Error('broken')
    }
    await expect(callPlugin(fail)).rejects.toThrow('broken')
    await expect(callPlugin(async () => fail())).rejects.toThrow('broken')
  })
})

describe('the error of a plugin', () => {
  it('names it, and what can be done', () => {
    const error = pluginError({ part: 'informer', module: './a.mjs' }, 'no answer')
    expect(error.message).toBe('informer plugin ./a.mjs: no answer')
    expect(error.next).toContain('docs/plugins.md')
  })
})
