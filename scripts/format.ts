/** `npm run format`: rewrites every file in the project's format. */
import { runNode, toolPath } from './lib/project.ts'

process.exitCode = await runNode([toolPath('prettier/bin/prettier.cjs'), '--write', '--log-level=warn', '.'])
