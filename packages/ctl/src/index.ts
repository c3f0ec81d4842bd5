/**
 * @packageDocumentation
 *
 * The program `ipfs-cluster-ctl` as a library: its commands as data, for tools that document or complete them, and the
 * printers of its output.
 *
 * @example
 * const status = await runProgram(program, ['--enc', 'json', 'pin', 'ls'], openIo())
 */
export { openIo } from './io.ts'
export { jsonForm, textForm } from './output/form.ts'
export { Output } from './output/output.ts'
export { program } from './program.ts'
export type { Encoding, Form } from './output/form.ts'
export type { Printer, Table } from './output/printer.ts'
