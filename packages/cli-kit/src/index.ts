/**
 * @packageDocumentation
 *
 * Programs with the command-line grammar of the Go release v1.1.6, from commands declared as oclif classes: flags in
 * Go's syntax, its texts and exit statuses, help at every level. Loads nothing heavy, so that a compiled program
 * starts in a few milliseconds.
 *
 * @example
 * const program: Program = {
 *   bin: 'greet',
 *   version: '1.0.0',
 *   summary: 'says hello',
 *   description: 'Says hello to a name.',
 *   globals: { debug: bool({ char: 'd', summary: 'log more' }) },
 *   commands: [{ name: 'hello', load: async () => (await import('./hello.ts')).Hello }],
 *   exits: { usage: 1, noCommand: 0, unknownCommand: 'message' }
 * }
 * process.exitCode = await runProgram(program, process.argv.slice(2), processIo())
 */
export { GoCommand } from './command.ts'
export { completionScript, SHELLS } from './completion.ts'
export { ExitError, FlagValueError, HelpRequest, UsageError } from './errors.ts'
export { arg, bool, duration, int, string, strings, uint } from './flags.ts'
export { exitProcess, processIo, writeOut } from './io.ts'
export { parseGo } from './parse.ts'
export { isGroup } from './program.ts'
export { referencePage } from './reference.ts'
export { runProgram } from './run.ts'
export type { Shell } from './completion.ts'
export type { ArgMap, ArgValues, FlagMap, FlagOptions, FlagValues, GoFlag, GoValue, ValueFlagOptions } from './flags.ts'
export type { Io, TextSink } from './io.ts'
export type { Parsed, ParseOptions } from './parse.ts'
export type {
  Command,
  CommandClass,
  CommandContext,
  CommandNode,
  FlagDefaults,
  Group,
  Leaf,
  Program
} from './program.ts'
