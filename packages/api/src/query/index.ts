export { addParamsFromQuery, addParamsToQuery, DEFAULT_SHARD_SIZE, defaultAddParams } from './add-params.ts'
export { pinOptionsFromQuery, pinOptionsToParams, pinOptionsToQuery } from './pin-options.ts'
export { encodeQuery, getInteger, getText, parseQuery } from './query.ts'
export type { QueryParams } from './query.ts'
