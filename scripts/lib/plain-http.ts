import type { Plugin } from 'esbuild'
import http from 'node:http'

/**
 * An import of `node:http` has Node read each of its exports, of which `WebSocket` and its events load Node's own HTTP
 * client: 70 ms of processor time and some megabytes for each process, and no program here uses them. A bundle gets the
 * module from a call that reads nothing.
 */
export const plainHttp: Plugin = {
  name: 'plain-http',
  setup(build) {
    const path = 'node:http'
    build.onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'require-call' ? undefined : { path, namespace: 'plain', sideEffects: false }
    )
    build.onLoad({ filter: /^/, namespace: 'plain' }, () => ({
      contents: `const http = process.getBuiltinModule('${path}')
export default http
export const { ${plainNames().join(', ')} } = http`
    }))
  }
}

/** Exports that are there without a call. Who imports another one by its name hears of it when the bundle is made. */
function plainNames(): string[] {
  const properties = Object.entries(Object.getOwnPropertyDescriptors(http))
  return properties.filter(([, { get }]) => get === undefined).map(([name]) => name)
}
