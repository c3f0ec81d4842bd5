/**
 * @packageDocumentation
 *
 * What the programs that run a peer share: the log, signals that stop the peer, the embedded IPFS node, the place of
 * the datastore, and the words of failures. `@ipfs-cluster/daemon/run` runs the peer itself; it is apart because
 * loading all that a peer is made of takes longer than a short command may. `@ipfs-cluster/daemon/free-ports` is apart
 * for those who want nothing else.
 *
 * @example
 * using stop = new StopSignals(process.stderr)
 * const logger = new LineLog(readLogLevels({ debug: false, loglevel: 'info' }).levels, process.stderr)
 * const loaded = await loadPeerConfig(folder, process.env, stop)
 * const { runDaemon } = await import('@ipfs-cluster/daemon/run')
 * process.exitCode = await runDaemon({ ...loaded, logger, stop, io })
 */
export { datastoreLocation } from './datastore.ts'
export { adviceFor, during, failure } from './failure.ts'
export { FreePorts } from './free-ports.ts'
export { IpfsNodeProcess, ipfsNodeProcess } from './ipfs-node.ts'
export { readLogLevels } from './log/levels.ts'
export { LineLog } from './log/line-log.ts'
export { tellNotThereYet } from './not-there-yet.ts'
export { StopSignals } from './stop-signals.ts'
export type { IpfsNodeProcessComponents, IpfsNodeProcessInit } from './ipfs-node.ts'
export type { Level, LogLevels, LogLevelsRead } from './log/levels.ts'
