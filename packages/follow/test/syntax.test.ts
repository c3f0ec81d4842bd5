import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { VERSION } from '@ipfs-cluster/api'
import { differences } from '../../cli-kit/test-suites/replay/differences.ts'
import { fillIn } from '../../cli-kit/test-suites/replay/transcript.ts'
import { runHere } from './run-here.ts'
import { followTranscripts } from './transcripts.ts'

let root: string
let folder: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'follow-syntax-'))
  folder = join(root, 'followers')
  await mkdir(join(folder, 'emptydir'), { recursive: true })
})

afterAll(() => rm(root, { recursive: true }))

/** Sources that are written with the scheme that the Go release forgets. */
function withScheme(content: string): string {
  return content.replace('"source": "127.0.0.1', '"source": "http://127.0.0.1')
}

describe('command lines as the Go release takes them', () => {
  for (const transcript of followTranscripts('follow-syntax')) {
    it(transcript.name, async () => {
      const placeholders = { $FOLLOW_PATH: folder }
      const argv = transcript.argv.slice(1).map((word) => fillIn(word, placeholders))
      // An option behind the argument counts here.
      const recorded = transcript.name === 'gateway-after-url' ? moved(transcript) : transcript
      const outcome = await runHere(argv, { HOME: root, IPFS_CLUSTER_PATH: folder, ...transcript.env })
      expect(differences(recorded, outcome, placeholders)).toEqual([])
      const { files_after: files = [], content_after: contents = {} } = recorded
      for (const { path, mode } of files.filter(({ path }) => !path.startsWith('leveldb'))) {
        expect(((await stat(join(folder, path))).mode & 0o777).toString(8)).toBe(mode)
      }
      for (const [name, content] of Object.entries(contents)) {
        expect(await readFile(join(folder, argv[0] ?? '', name), 'utf8')).toBe(withScheme(content))
      }
    })
  }

  it('leaves nothing in a folder that is only listed', async () => {
    expect(await readdir(join(folder, 'emptydir'))).toEqual([])
  })
})

function moved<T extends { stdout: string; content_after?: Readonly<Record<string, string>> }>(transcript: T): T {
  const fix = (text: string): string => text.replace('127.0.0.1:8080', 'http://127.0.0.1:9')
  const contents = Object.entries(transcript.content_after ?? {}).map(([name, text]) => [name, fix(text)] as const)
  return { ...transcript, stdout: fix(transcript.stdout), content_after: Object.fromEntries(contents) }
}

describe('help, versions and wrong command lines, as the Go release has them', () => {
  for (const transcript of followTranscripts('help')) {
    it(transcript.name, async () => {
      const outcome = await runHere(transcript.argv.slice(1), { HOME: join(root, 'nobody') })
      expect(differences(transcript, outcome, {})).toEqual([])
      const [first] = transcript.stdout.split('\n')
      // The Go release has a colon there, and our programs the full stop that its others have.
      if (first?.startsWith('Incorrect') === true) expect(outcome.stdout).toContain(first.replace(/^[^.:]*[.:] /, ''))
      for (const flag of transcript.stdout.match(/^ {3}--[a-z-]+/gm) ?? [])
        expect(outcome.stdout).toContain(flag.trim())
      for (const [, command = ''] of transcript.stdout.matchAll(/^ {3}(info|init|run|list) /gm)) {
        expect(outcome.stdout).toContain(`   ${command} `)
      }
      expect(Math.max(...outcome.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
    })
  }

  it('says its version and that of the Go release', async () => {
    const { stdout } = await runHere(['--version'], {})
    expect(stdout).toBe(`ipfs-cluster-follow version ${VERSION}\n`)
  })

  it('takes the folder from -c too, and a name behind --', async () => {
    const made = await runHere(['-c', join(root, 'other'), '--', 'here', 'init', 'http://127.0.0.1:9/t.json'], {})
    expect(made).toMatchObject({ status: 0, stdout: expect.stringContaining(`${root}/other/here/service.json`) })
  })

  it.each(['a/b', '..', '.', ''])('does not take %j for the name of a cluster', async (name) => {
    expect(await runHere([name, 'list'], { HOME: root })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('cannot be the name of a cluster')
    })
  })
})
