import type { CID } from 'multiformats/cid'
import { cidToText } from '../../cid-text.ts'
import { isDefined, parseCid, UNDEFINED_CID } from '../../cid.ts'
import { parsed } from '../codec.ts'
import type { JsonCodec } from '../codec.ts'

/** A CID that a document may lack only when it stands for nothing: null is {@link UNDEFINED_CID}. */
export const cid: JsonCodec<CID> = parsed(
  'a CID',
  UNDEFINED_CID,
  (value) => (isDefined(value) ? cidToText(value) : null),
  parseCid
)
