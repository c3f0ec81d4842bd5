import { runProgram } from '@ipfs-cluster/cli-kit'
import { inProcess } from '../../../cli-kit/test-suites/replay/in-process.ts'
import { program } from '../../src/program.ts'

/** Runs the program in this process, on streams and an environment of its own. */
export const runHere = inProcess((argv, io) => runProgram(program, argv, io))
