import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { lines, startNode } from '../helpers.ts'

interface Case {
  name: string
  query: string
  contentType: string
  body: string
  expected: { name: string; cid: string; size: number }[]
}

const cases = JSON.parse(readFileSync(new URL('../fixtures/add-cids.json', import.meta.url), 'utf8')) as Case[]

describe('CIDs of what is added', () => {
  it.each(cases)('are those of Go: $name', async ({ query, contentType, body, expected }) => {
    const { post } = await startNode()
    const response = await post(`add?${query}`, { body, headers: { 'Content-Type': contentType } })
    const added = (await lines(response)).map(({ Hash, Name, Size }) => ({ name: Name, cid: Hash, size: Number(Size) }))
    const byCid = (a: { cid: unknown }, b: { cid: unknown }): number => String(a.cid).localeCompare(String(b.cid))
    // Kubo names what was sent without a name by its CID.
    const wanted = expected.map((entry) =>
      entry.name === '' && !query.includes('wrap') ? { ...entry, name: entry.cid } : entry
    )
    expect(added.sort(byCid)).toEqual(wanted.sort(byCid))
  })
})
