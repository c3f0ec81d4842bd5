/**
 * @packageDocumentation
 *
 * The program `ipfs-cluster-service`: a peer of a cluster, and the commands that make and look after its folder.
 *
 * @example
 * process.exitCode = await runProgram(program, ['init'], processIo())
 */
export { program } from './program.ts'
