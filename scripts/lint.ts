/** `npm run lint`: style, types used wrongly, format, and the directions of imports. */
import { runNode, toolPath } from './lib/project.ts'

const checks: readonly (readonly string[])[] = [
  [toolPath('eslint/bin/eslint.js'), '--max-warnings=0', '.'],
  [toolPath('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'],
  [
    toolPath('dependency-cruiser/bin/dependency-cruiser.mjs'),
    '--config',
    '.dependency-cruiser.mjs',
    'packages',
    'e2e',
    'bench'
  ]
]
for (const check of checks) {
  const code = await runNode(check)
  if (code !== 0) process.exitCode = code
}
