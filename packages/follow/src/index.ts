/**
 * @packageDocumentation
 *
 * The program `ipfs-cluster-follow`: peers that pin what a cluster of others has them pin.
 *
 * @example
 * process.exitCode = await runFollow(['my-cluster', 'list'], processIo())
 */
export { followProgram } from './program.ts'
export { runFollow } from './run-follow.ts'
