import { availableParallelism } from 'node:os'

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@ipfs-cluster/source', 'node', 'node-addons'] },
  testMatch: ['<rootDir>/packages/*/test/**/*.test.ts', '<rootDir>/e2e/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/packages/[^/]+/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest/strip-types.mjs' },
  // Files that a test writes go to the system's temporary folder, so Jest need not watch the tree for them.
  watchman: false,
  // Many of the tests wait for a while, for programs or for a time to pass.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  testTimeout: 60_000
}
