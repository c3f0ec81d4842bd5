import { COMPONENTS, describeSection } from '@ipfs-cluster/core/config'
import type { Component, OptionDoc } from '@ipfs-cluster/core/config'

const HEADING = `# Configuration

Generated from the declarations of the options by \`npm run docs\`.

A peer reads \`service.json\` in its folder, which \`ipfs-cluster-service init\` makes. Each setting can be given in the
environment as well, which counts more than the file: the name of the variable stands beside it. Lists are separated by
commas, maps are \`key:value,key:value\`. Durations are texts such as \`1h30m\`, \`5s\` or \`200ms\`.

A component that is absent from the file has its defaults, or is not run: the APIs and what a peer measures of itself run
only when their section is there. \`ipfs-cluster-service config show --origin\` shows what a peer would run with and who
says so; \`config validate\` checks it.
`

/** The reference page of service.json. */
export function configurationPage(): string {
  return [HEADING, ...COMPONENTS.map(componentText)].join('\n')
}

function componentText({ path, section }: Component): string {
  const options = describeSection(section)
  const engine = options.filter(isKept)
  const [first] = engine
  const kept =
    first === undefined
      ? ''
      : `\nThe options of the engine (\`${groupOf(first)}\`) are those of the Go release. They are kept in the file and not used.\n`
  return `## \`${path.join('.')}\`\n\n${section.doc}\n\n${table(options.filter((option) => !isKept(option)))}${kept}`
}

/** Options that are carried from file to file for Go's storage engines. */
function isKept({ doc }: OptionDoc): boolean {
  return doc.endsWith('kept, not used.')
}

function groupOf({ key }: OptionDoc): string {
  return key.split('.').at(-2) ?? ''
}

function table(options: readonly OptionDoc[]): string {
  const rows = options.map(
    ({ key, default: value, allowed, env, doc }) =>
      `| \`${withoutSection(key)}\` | ${code(value)} | ${cell(allowed)} | ${cell(doc)} | \`${env}\` |\n`
  )
  return `| key | default | allowed | what it does | variable |\n|---|---|---|---|---|\n${rows.join('')}`
}

/** The names of sections have no dots but for those of the plugins. */
function withoutSection(key: string): string {
  return key.replace(/^(?:\w+\.plugin|\w+)\./, '')
}

function code(value: string): string {
  return value === 'made by init' ? value : `\`${cell(value)}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
