import type { AddedFile } from './multipart.ts'

/**
 * Files that a user has chosen or dropped in a browser, as entries of an add. Those of a folder keep their place in it.
 *
 * @example
 * input.onchange = async () => {
 *   for await (const { name, cid } of client.add(fileEntries(input.files))) show(name, cid)
 * }
 */
export function* fileEntries(files: Iterable<File>): Generator<AddedFile, void, void> {
  for (const file of files) yield { type: 'file', name: pathOf(file), content: file }
}

function pathOf(file: File & { readonly webkitRelativePath?: string }): string {
  return file.webkitRelativePath !== undefined && file.webkitRelativePath !== '' ? file.webkitRelativePath : file.name
}
