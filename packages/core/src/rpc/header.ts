import { msgpack } from '../codec/index.ts'

const { field, int, optional, struct, text } = msgpack

/** What is called: the first value of a request. */
export interface ServiceId {
  service: string
  method: string
}

export const serviceIdMsgpack: msgpack.MsgpackCodec<ServiceId> = struct<ServiceId>({
  service: field('Name', text),
  method: field('Method', text)
})

/** Where an error comes from; a client error is never sent (spec: wire 2.1). */
export const ErrorType = { APPLICATION: 0, SERVER: 1, CLIENT: 2, AUTHORIZATION: 3 } as const

/** What stands before each reply. */
export interface ResponseHeader {
  id: ServiceId
  /** Empty when there is no error. */
  error: string
  /** One of {@link ErrorType}. */
  errorType: number
}

export const responseHeaderMsgpack: msgpack.MsgpackCodec<ResponseHeader> = struct<ResponseHeader>({
  id: optional('Service', serviceIdMsgpack),
  error: optional('Error', text),
  errorType: optional('ErrType', int)
})

/** Most bytes of the names of a service and a method: room for any that exists. */
export const MAX_SERVICE_ID_BYTES = 4096
