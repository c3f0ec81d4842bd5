import { runProgram } from '@ipfs-cluster/cli-kit'
import { inProcess } from '../../cli-kit/test-suites/replay/in-process.ts'
import { program } from '../src/program.ts'

/** Runs the program inside this process. */
export const run = inProcess((argv, io) => runProgram(program, argv, io))
