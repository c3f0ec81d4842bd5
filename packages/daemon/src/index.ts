/**
 * @packageDocumentation
 *
 * What the programs that run a peer share: the log, signals that stop the peer, the embedded IPFS node, the place of
 * the datastore, the words of failures, and the running peer itself. `@ipfs-cluster/daemon/free-ports` and `/log-levels`
 * are apart for those who want nothing else, and load nothing else.
 *
 * @example
 * using stop = new StopSignals(process.stderr)
 * const logger = new LineLog(readLogLevels({ debug: false, loglevel: 'info' }).levels, process.stderr)
 * const loaded = await loadPeerConfig(folder, process.env, stop)
 * const runDaemon = await loadDaemon()
 * process.exitCode = await runDaemon({ ...loaded, logger, stop, io })
 */
export { datastoreLocation } from './datastore.ts'
export { adviceFor, during, failure } from './failure.ts'
export { FreePorts } from './free-ports.ts'
export { IpfsNodeProcess, ipfsNodeProcess } from './ipfs-node.ts'
export { loadDaemon } from './load.ts'
export { readLogLevels } from './log/levels.ts'
export { LineLog } from './log/line-log.ts'
export { tellNotThereYet } from './not-there-yet.ts'
export { StopSignals } from './stop-signals.ts'
export type { IpfsNodeProcessComponents, IpfsNodeProcessInit } from './ipfs-node.ts'
export type { DaemonInit } from './run.ts'
export type { Level, LogLevels, LogLevelsRead } from './log/levels.ts'
