import { Time } from '../../time.ts'
import { parsed } from '../codec.ts'
import type { JsonCodec } from '../codec.ts'

export const time: JsonCodec<Time> = {
  ...parsed('a time', Time.ZERO, String, (text) => Time.parse(text)),
  isEmpty: (value) => value.isZero
}
