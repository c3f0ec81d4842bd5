/** `npm run lint`: style, types used wrongly, format, and the directions of imports. */
import { runSideBySide, toolPath } from './lib/project.ts'

const codes = await runSideBySide([
  { args: [toolPath('eslint/bin/eslint.js'), '--max-warnings=0', '.'] },
  { args: [toolPath('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'] },
  {
    args: [toolPath('dependency-cruiser/bin/dependency-cruiser.mjs'), '--config', '.dependency-cruiser.mjs', 'packages']
  }
])
process.exitCode = codes.find((code) => code !== 0) ?? 0
