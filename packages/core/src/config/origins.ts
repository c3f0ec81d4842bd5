import { stringify } from '@ipfs-cluster/api'
import type { Environment } from './env.ts'
import { keysOf } from './json-keys.ts'
import { COMPONENTS } from './layout.ts'
import type { ServiceConfig } from './layout.ts'
import { camel, eachOption, envName } from './option.ts'
import { valueOf } from './service-config.ts'

/** One setting of a peer. */
export interface Setting {
  /** Keys with dots, as they stand in service.json. */
  readonly key: string
  /** As JSON, on one line. */
  readonly value: string
  /** Must not be seen by others. */
  readonly isSecret: boolean
  /** `default`, the file or URL with the line, or the variable. */
  readonly origin: string
}

/** Where a configuration came from. */
export interface ConfigOrigin {
  readonly document: { readonly name: string; readonly text: string }
  readonly env: Environment
}

/** Every setting of every component that the peer has, in the order of the file, and who says so. */
export function* settingsOf(config: ServiceConfig, { document, env }: ConfigOrigin): Generator<Setting> {
  const lines = new Map([...keysOf(document.text)].map(({ path, line }) => [path.join('.').toLowerCase(), line]))
  for (const component of COMPONENTS) {
    const values = valueOf(config, component)
    if (values === undefined) continue
    for (const [path, option] of eachOption(component.section.options)) {
      if (option.written === 'never') continue
      const key = [...component.path, ...path].join('.')
      const variable = envName(component.section.env, path)
      const line = lines.get(key)
      yield {
        key,
        value: stringify(option.kind.write(memberAt(values, path))),
        isSecret: option.hidden === true,
        origin:
          env[variable] !== undefined
            ? `environment ${variable}`
            : line !== undefined
              ? `${document.name}:${line}`
              : 'default'
      }
    }
  }
}

function memberAt(values: Record<string, unknown>, path: readonly string[]): unknown {
  return path.reduce<unknown>((below, key) => (below as Record<string, unknown>)[camel(key)], values)
}
