import { posix } from 'node:path'
import { MIMEType } from 'node:util'
import { ClusterError } from '@ipfs-cluster/api'
import type { AddEntry } from '@ipfs-cluster/core/cluster'
import { decodeEscapes } from '../../common/escapes.ts'
import type { Part } from './multipart.ts'

/**
 * The boundary that the content type of a request names.
 *
 * @throws ClusterError `ERR_BAD_REQUEST` with the words of the Go release
 */
export function readBoundary(contentType: string | undefined): string {
  const type = parseType(contentType ?? '')
  if (type?.essence !== 'multipart/form-data' && type?.essence !== 'multipart/mixed') {
    throw new ClusterError('ERR_BAD_REQUEST', "request Content-Type isn't multipart/form-data")
  }
  const boundary = type.params.get('boundary') ?? ''
  if (boundary === '') throw new ClusterError('ERR_BAD_REQUEST', 'no multipart boundary param in Content-Type')
  return boundary
}

/**
 * Parts of an upload as entries of an add: the name is percent-encoded in `filename`, folders and symlinks are told by
 * their content type (spec: rest 6). Other headers, such as mode and mtime, are ignored.
 */
export async function* toEntries(parts: AsyncIterable<Part>): AsyncGenerator<AddEntry, void, undefined> {
  for await (const { headers, body } of parts) {
    const path = pathOf(headers.get('content-disposition'))
    const kind = kindOf(headers.get('content-type'))
    const source = headers.get('abspath')
    if (kind === 'directory') yield { path, kind }
    else yield { path, kind, content: body, ...(source !== undefined && { source }) }
  }
}

function kindOf(contentType: string | undefined): AddEntry['kind'] {
  switch (parseType(contentType ?? '')?.essence) {
    case 'application/x-directory':
    case 'multipart/form-data':
      return 'directory'
    case 'application/symlink':
      return 'symlink'
    default:
      return 'file'
  }
}

/** Dot segments cannot lead out of the root of the add. */
function pathOf(disposition: string | undefined): string {
  const name = disposition === undefined ? '' : fileName(disposition)
  const decoded = decodeEscapes(name.replaceAll('+', ' ')) ?? name
  return posix.normalize(`/${decoded}`).replace(/^\/+|\/+$/g, '')
}

/** A disposition has the grammar of a media type but for the slash. */
function fileName(disposition: string): string {
  const params = parseType(`part/${disposition}`)?.params
  const extended = /^utf-8'[^']*'(.*)$/i.exec(params?.get('filename*') ?? '')?.[1]
  if (extended !== undefined) return decodeEscapes(extended) ?? extended
  return Buffer.from(params?.get('filename') ?? '', 'latin1').toString('utf8')
}

function parseType(text: string): MIMEType | undefined {
  try {
    return new MIMEType(text)
  } catch {
    return undefined
  }
}
