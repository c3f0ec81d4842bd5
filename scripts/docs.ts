/** `npm run docs`: writes the generated pages. With `--check` it only says which of them are out of date. */
import { ERRORS } from '@ipfs-cluster/api'
import { referencePage } from '@ipfs-cluster/cli-kit'
import { program as ctl } from 'ipfs-cluster-ctl'
import { followProgram } from 'ipfs-cluster-follow'
import { program as service } from 'ipfs-cluster-service'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { configurationPage } from './lib/configuration-page.ts'
import { root } from './lib/project.ts'

const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/errors.md': errorsPage,
  'docs/reference/configuration.md': configurationPage,
  'docs/reference/ipfs-cluster-ctl.md': async () => referencePage(ctl),
  'docs/reference/ipfs-cluster-follow.md': async () => referencePage(followProgram('NAME')),
  'docs/reference/ipfs-cluster-service.md': async () => referencePage(service)
}

const check = process.argv.includes('--check')
for (const [path, page] of Object.entries(PAGES)) {
  const file = join(root, path)
  const text = await page()
  if (!check) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  } else if (readText(file) !== text) {
    process.stderr.write(`${path} is out of date: run npm run docs\n`)
    process.exitCode = 1
  }
}

function errorsPage(): string {
  const rows = Object.entries(ERRORS)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, kind]) => `| \`${code}\` | ${kind.status} | ${kind.next.replaceAll('|', '\\|')} |`)
  return [
    '# Errors',
    '',
    'Generated from `packages/api/src/errors.ts` by `npm run docs`. The code is stable; the message that comes with it names',
    'the cause. The status is what the REST API answers with.',
    '',
    '| code | status | what to do |',
    '|---|---|---|',
    ...rows,
    ''
  ].join('\n')
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
