/** `npm run typecheck`: compiles every package, its tests and the scripts. */
import { runNode, toolPath } from './lib/project.ts'

process.exitCode = await runNode([toolPath('typescript/bin/tsc'), '-b', 'tsconfig.json', ...process.argv.slice(2)])
