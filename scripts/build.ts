/** `npm run build`: makes the programs that are missing or out of date. */
import { buildPrograms } from './lib/build.ts'
import { trainPrograms } from './lib/training.ts'

const say = (text: string): void => void process.stderr.write(`${text}\n`)

await buildPrograms(say)
await trainPrograms(say)
