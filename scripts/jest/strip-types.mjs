// Jest transform: the types are blanked out by Node itself, so lines and columns stay as they are in the source.
import { createHash } from 'node:crypto'
import { stripTypeScriptTypes } from 'node:module'
import process from 'node:process'

export default {
  process(source) {
    return { code: stripTypeScriptTypes(source, { mode: 'strip' }) }
  },
  getCacheKey(source, path) {
    return createHash('sha256').update(`${process.version}\0${path}\0${source}`).digest('hex')
  }
}
