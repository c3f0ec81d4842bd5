/** `npm run bench`: builds what is stale and measures the programs. */
import { join } from 'node:path'
import { buildPrograms } from './lib/build.ts'
import { root, runNode } from './lib/project.ts'
import { trainPrograms } from './lib/training.ts'

const say = (text: string): void => void process.stderr.write(`${text}\n`)

await buildPrograms(say)
await trainPrograms(say)
process.exitCode = await runNode([join(root, 'bench/main.ts'), ...process.argv.slice(2)])
