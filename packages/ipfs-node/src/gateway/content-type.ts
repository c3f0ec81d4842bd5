const TEXT = '; charset=utf-8'

/** Content types by the end of the name. */
const BY_EXTENSION: Record<string, string> = {
  avif: 'image/avif',
  bin: 'application/octet-stream',
  bmp: 'image/bmp',
  car: 'application/vnd.ipld.car',
  css: `text/css${TEXT}`,
  csv: `text/csv${TEXT}`,
  gif: 'image/gif',
  gz: 'application/gzip',
  htm: `text/html${TEXT}`,
  html: `text/html${TEXT}`,
  ico: 'image/x-icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: `text/javascript${TEXT}`,
  json: 'application/json',
  md: `text/markdown${TEXT}`,
  mjs: `text/javascript${TEXT}`,
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  ogg: 'audio/ogg',
  otf: 'font/otf',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  tgz: 'application/gzip',
  ttf: 'font/ttf',
  txt: `text/plain${TEXT}`,
  wasm: 'application/wasm',
  wav: 'audio/wav',
  webm: 'video/webm',
  webmanifest: 'application/manifest+json',
  webp: 'image/webp',
  woff: 'font/woff',
  woff2: 'font/woff2',
  xml: `text/xml${TEXT}`,
  zip: 'application/zip'
}

/** How the bytes of some kinds of files start. */
const MAGIC: [string, string][] = [
  ['89504e470d0a1a0a', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
  ['47494638', 'image/gif'],
  ['25504446', 'application/pdf'],
  ['504b0304', 'application/zip'],
  ['1f8b08', 'application/gzip'],
  ['0061736d', 'application/wasm']
]

/** The content type of a file, by its name, or by how it starts when the name does not tell. */
export function contentType(name: string, start: Uint8Array): string {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase()
  return (extension === undefined ? undefined : BY_EXTENSION[extension]) ?? sniff(start)
}

function sniff(start: Uint8Array): string {
  const head = Buffer.from(start.buffer, start.byteOffset, Math.min(start.byteLength, 512))
  const hex = head.toString('hex')
  const magic = MAGIC.find(([prefix]) => hex.startsWith(prefix))
  if (magic !== undefined) return magic[1]
  // A character may be cut in two at the end of what is looked at.
  const text = head.toString('utf8').replace(/\ufffd{1,3}$/, '')
  if (/[\u0000-\u0008\u000b\u000e-\u001a\ufffd]/.test(text)) return 'application/octet-stream'
  return /^\s*<(!doctype html|html|head|body)/i.test(text) ? `text/html${TEXT}` : `text/plain${TEXT}`
}
