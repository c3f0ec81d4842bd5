import { readFileSync } from 'node:fs'

/** One run of a program of the Go release: what it was given, and what it did. Recorded by running it. */
export interface Transcript {
  name: string
  note: string
  /** With the name of the program first. */
  argv: string[]
  stdin: string | null
  env: Record<string, string>
  cwd?: string
  stdout: string
  stderr: string
  exit_code: number
  /** What differs from run to run, as regular expressions. */
  volatile: string[]
  match: { stdout: string; stderr: string }
  /** Files that are there before the run. */
  files_before?: { path: string; content: string }[]
  files_after?: { path: string; mode: string; size?: number | null }[]
  /** What to wait for, in seconds or as a pattern in the output, and the number of the signal that follows. */
  signals?: [wait: number | string, signal: number | string][]
  /** Text of files after the run, with placeholders. */
  content_after?: Record<string, string>
}

/** Values of the placeholders of a transcript, such as `$CLUSTER_ROOT`. */
export type Placeholders = Readonly<Record<string, string>>

/** Reads a file of transcripts; they are in the order in which they were made, and build on each other. */
export function readTranscripts(file: URL): Transcript[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as { transcripts: Transcript[] }).transcripts
}

/** A text with the placeholders replaced by their values. */
export function fill(text: string, placeholders: Placeholders): string {
  return Object.entries(placeholders)
    .sort(([a], [b]) => b.length - a.length)
    .reduce((filled, [name, value]) => filled.replaceAll(name, value), text)
}

/** A text with the values replaced by the placeholders that stand for them. */
export function unfill(text: string, placeholders: Placeholders): string {
  return Object.entries(placeholders)
    .sort(([, a], [, b]) => b.length - a.length)
    .reduce((bare, [name, value]) => bare.replaceAll(value, name), text)
}
