/** `npm run build`: makes the programs that are missing or out of date. */
import { buildPrograms } from './lib/build.ts'

await buildPrograms((text) => process.stderr.write(`${text}\n`))
