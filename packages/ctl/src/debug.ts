import type { TextSink } from '@ipfs-cluster/cli-kit'

/** Tells what is done, for who asked with `--debug`. */
export type DebugLog = (message: string, level?: 'DEBUG' | 'WARN' | 'ERROR') => void

/** A log on standard error; without one nothing is logged. Credentials are never among the messages. */
export function debugLog(sink: TextSink | undefined): DebugLog {
  if (sink === undefined) return () => undefined
  return (message, level = 'DEBUG') => {
    sink.write(`${new Date().toISOString()}\t${level}\tcluster-ctl\t${message}\n`)
  }
}
