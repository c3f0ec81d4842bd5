/** Launches the program named in its arguments, and says where the code came from: `launched.ts PROGRAM [training]`. */
import process from 'node:process'
import { launch } from '../../src/launch.ts'

const [program = '', mode] = process.argv.slice(2)
process.stdout.write(`${launch(program, { isTraining: mode === 'training' }) ?? 'nothing'}\n`)
