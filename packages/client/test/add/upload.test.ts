import { expect, it } from '@jest/globals'
import { ApiError, clusterClient, fileEntries, TransportError } from '../../src/index.ts'
import type { AddEntry, Transport, TransportRequest, TransportResponse, UploadProgress } from '../../src/index.ts'

const OUTPUT = '{"name":"d/a","cid":"bafkreidvzausj3vfhowjsk3ln2edajotr5d2parrb2zhg7a7eo6p6kifhm","size":3}\n'
const encoder = new TextEncoder()

/** A peer that reads what is sent, answers with some lines, and then ends in a certain way. */
class Peer implements Transport {
  readonly origin = 'http://peer'
  body = ''
  lines: string[] = []
  failure: Error | undefined
  trailer = ''

  async request({ body }: TransportRequest): Promise<TransportResponse> {
    for await (const bytes of body ?? []) this.body += Buffer.from(bytes).toString('latin1')
    return {
      status: 200,
      header: () => undefined,
      trailer: () => [this.trailer],
      body: this.#answer()
    }
  }

  async close(): Promise<void> {}

  async *#answer(): AsyncGenerator<Uint8Array> {
    for (const line of this.lines) yield encoder.encode(line)
    if (this.failure !== undefined) throw this.failure
  }
}

async function add(peer: Peer, entries: Iterable<AddEntry>): Promise<{ progress: UploadProgress[]; error: unknown }> {
  const progress: UploadProgress[] = []
  const client = clusterClient()({ transport: peer })
  try {
    for await (const _ of client.add(entries, {}, { onProgress: (each) => progress.push(each) }));
    return { progress, error: undefined }
  } catch (error) {
    return { progress, error }
  }
}

const entries: AddEntry[] = [
  { type: 'directory', name: 'd' },
  { type: 'file', name: 'd/text', content: 'añ' },
  { type: 'file', name: 'd/bytes', content: Uint8Array.of(1, 2) },
  { type: 'file', name: 'd/pieces', content: [Uint8Array.of(3), Uint8Array.of(4, 5)] },
  { type: 'file', name: 'd/blob', content: new Blob(['blob']) }
]

it('content may be text, bytes, pieces or a Blob, and is counted as it is read', async () => {
  const peer = new Peer()
  const { progress } = await add(peer, entries)
  const contents = peer.body
    .split('\r\n\r\n')
    .slice(2)
    .map((part) => part.split('\r\n--')[0])
  expect(contents).toEqual(['aÃ±', '\x01\x02', '\x03\x04\x05', 'blob'])
  expect(progress).toEqual([
    { name: 'd/text', bytes: 3 },
    { name: 'd/bytes', bytes: 5 },
    { name: 'd/pieces', bytes: 6 },
    { name: 'd/pieces', bytes: 8 },
    { name: 'd/blob', bytes: 12 }
  ])
})

it('files of a browser keep their place in the folder that was chosen', async () => {
  const lone = new File(['1'], 'lone.txt')
  const within = Object.assign(new File(['2'], 'x.txt'), { webkitRelativePath: 'folder/sub/x.txt' })
  const peer = new Peer()
  await add(peer, fileEntries([lone, within]))
  expect(peer.body).toContain('filename="lone.txt"')
  expect(peer.body).toContain('filename="folder%2Fsub%2Fx.txt"')
})

it('an add that the peer ends with an error says what is stored, and how to go on', async () => {
  const peer = Object.assign(new Peer(), { lines: [OUTPUT, OUTPUT], trailer: 'disk is full' })
  const { error } = await add(peer, entries)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({
    status: 500,
    message: 'disk is full',
    next:
      'Stored so far: 2, the last "d/a"; nothing was pinned. ' +
      'When the cause is mended, add the same again: blocks that are there are not stored twice.'
  })
})

it('so does one whose connection breaks', async () => {
  const failure = new TransportError('ERR_UNREACHABLE', 'reset', { answered: true })
  const { error } = await add(Object.assign(new Peer(), { failure }), entries)
  expect(error).toBeInstanceOf(TransportError)
  expect(error).toMatchObject({
    code: 'ERR_UNREACHABLE',
    answered: true,
    next: expect.stringMatching(/^No file was stored as a whole; most likely nothing was pinned/) as unknown as string
  })
})

it('a refusal before anything was read is told as it is', async () => {
  const failure = new TransportError('ERR_UNREACHABLE', 'refused')
  const { error } = await add(Object.assign(new Peer(), { failure }), [])
  expect(error).toBe(failure)
})
