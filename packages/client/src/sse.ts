import { TransportError } from './errors.ts'

/** A server-sent event. */
export interface ServerSentEvent {
  /** The last id that the server has given, with this event or before it. */
  readonly id: string
  readonly event: string
  readonly data: string
}

/** Longest event, in UTF-16 units. */
const MAX_EVENT = 16 * 1024 * 1024

/**
 * The events of a stream of the type `text/event-stream`. What is held is one chunk, and the start of an event that it
 * does not end.
 *
 * @throws TransportError `ERR_BAD_RESPONSE` for an event that is too long
 */
export async function* parseEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent, void, void> {
  const decoder = new TextDecoder()
  let pending = ''
  let id = ''
  for await (const chunk of body) {
    pending += decoder.decode(chunk, { stream: true })
    const blocks = pending.split('\n\n')
    pending = blocks.pop() ?? ''
    if (pending.length > MAX_EVENT) {
      throw new TransportError('ERR_BAD_RESPONSE', `an event is longer than ${MAX_EVENT} characters`, {
        answered: true
      })
    }
    for (const block of blocks) {
      const fields = fieldsOf(block)
      id = fields.get('id') ?? id
      const data = fields.get('data')
      if (data !== undefined) yield { id, event: fields.get('event') ?? 'message', data }
    }
  }
}

/** Several lines of data make one text; a line that begins with a colon says nothing. */
function fieldsOf(block: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (name === '') continue
    const before = fields.get(name)
    fields.set(name, name === 'data' && before !== undefined ? `${before}\n${value}` : value)
  }
  return fields
}
