/** `npm run bench`: builds what is stale and measures the programs. */
import { join } from 'node:path'
import { buildPrograms } from './lib/build.ts'
import { root, runNode } from './lib/project.ts'

await buildPrograms((text) => process.stderr.write(`${text}\n`))
process.exitCode = await runNode([join(root, 'bench/main.ts'), ...process.argv.slice(2)])
