// The directions of imports (docs/architecture.md). A folder of core may import what stands above it, be it types alone;
// what it needs of others is a narrow interface of its own.
const CORE_LAYERS = [
  ['util'],
  ['codec', 'config', 'datastore'],
  ['state', 'network'],
  ['blocks', 'ipfs'],
  ['rpc', 'informer'],
  ['monitor'],
  ['consensus', 'allocator'],
  ['pintracker', 'adder'],
  ['repair'],
  ['cluster']
]

/** What each package may import of the others. */
const PACKAGES = {
  api: [],
  'cli-kit': ['api'],
  client: ['api'],
  core: ['api'],
  'ipfs-node': [],
  http: ['api', 'core'],
  ctl: ['api', 'client', 'cli-kit'],
  daemon: ['api', 'core', 'http', 'ipfs-node', 'cli-kit'],
  service: ['api', 'core', 'daemon', 'cli-kit'],
  follow: ['api', 'client', 'core', 'daemon', 'cli-kit']
}

const coreRules = CORE_LAYERS.flatMap((layer, index) =>
  layer.map((folder) => {
    const allowed = [folder, ...CORE_LAYERS.slice(0, index).flat()]
    return {
      name: `core-${folder}`,
      comment: `core/src/${folder} may import only: ${allowed.join(', ')}`,
      severity: 'error',
      from: { path: `^packages/core/src/${folder}/` },
      to: {
        path: '^packages/core/src/',
        pathNot: `^packages/core/src/(${allowed.join('|')})/`
      }
    }
  })
)

const packageRules = Object.entries(PACKAGES).map(([name, allowed]) => ({
  name: `package-${name}`,
  comment: `packages/${name} may import only: ${allowed.join(', ') || 'no other package of this repository'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: { path: '^packages/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` }
}))

export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle has no first part to read, be it one of types.',
      severity: 'error',
      from: {},
      to: { circular: true }
    },
    {
      name: 'not-to-test',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: '/(test|test-suites)/' }
    },
    { name: 'not-to-unresolvable', severity: 'error', from: { path: '/src/' }, to: { couldNotResolve: true } },
    {
      name: 'not-to-dev-dep',
      comment: 'What ships must name what it needs in its own package.json.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] }
    },
    {
      name: 'e2e-not-to-bench',
      comment: 'The bench is made of the harness of the tests, not the other way round.',
      severity: 'error',
      from: { path: '^e2e/' },
      to: { path: '^(bench|scripts)/' }
    },
    ...coreRules,
    ...packageRules
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: 'specify',
    combinedDependencies: false,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      conditionNames: ['@ipfs-cluster/source', 'import', 'node', 'module-sync', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.mjs', '.js', '.json']
    }
  }
}
