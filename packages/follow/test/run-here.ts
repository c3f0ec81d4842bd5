import { inProcess } from '../../cli-kit/test-suites/replay/in-process.ts'
import { runFollow } from '../src/run-follow.ts'

/** Runs the program in this process, on streams and an environment of its own. */
export const runHere = inProcess(runFollow)
