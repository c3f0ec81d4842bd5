import { rawCid } from '../../e2e/harness/cids.ts'

/** Texts of that many CIDs, the same for the same label. */
export function* cidTexts(label: string, count: number): Generator<string> {
  for (let i = 0; i < count; i++) yield rawCid(`${label}-${i}`).toString()
}
