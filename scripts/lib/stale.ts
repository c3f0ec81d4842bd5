import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './project.ts'

/** What a build product was made from: enough to tell, without building, whether it would come out the same. */
interface Record {
  /** Hash of the lockfile, the build script and its options. */
  recipe: string
  /** Source files of this repository with the hash of their text. */
  inputs: { [path: string]: string }
}

/** Whether the product must be made: it is missing, or what it was made from has changed. */
export function isStale(product: string, recipe: string): boolean {
  const recordPath = `${product}.made-from.json`
  if (!existsSync(product) || !existsSync(recordPath)) return true
  const record = JSON.parse(readFileSync(recordPath, 'utf8')) as Record
  if (record.recipe !== recipe) return true
  return Object.entries(record.inputs).some(([path, hash]) => hashFile(path) !== hash)
}

/**
 * Notes what a product was made from. Files of installed packages are covered by the lockfile in the recipe.
 *
 * @param since - when the build began, in milliseconds: nobody knows what it read of a file that was written later
 */
export function noteInputs(product: string, recipe: string, inputs: Iterable<string>, since: number): void {
  const own = [...inputs].filter((path) => !path.includes('node_modules/')).sort()
  const noted = own.map((path) => [path, isNewer(path, since) ? 'written during the build' : hashFile(path)])
  const record: Record = { recipe, inputs: Object.fromEntries(noted) as { [path: string]: string } }
  writeFileSync(`${product}.made-from.json`, JSON.stringify(record))
}

/** Hash of the lockfile, of files that say how to build, and of any further words. */
export function recipeHash(files: readonly string[], ...words: readonly string[]): string {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')))
  for (const file of files) hash.update(readFileSync(file))
  return hash.update(words.join('\0')).digest('hex')
}

function isNewer(path: string, since: number): boolean {
  return (statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0) >= since
}

function hashFile(path: string): string {
  const absolute = join(root, path)
  if (!existsSync(absolute) || !statSync(absolute).isFile()) return 'missing'
  return createHash('sha256').update(readFileSync(absolute)).digest('base64')
}
