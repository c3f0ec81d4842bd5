import { cidToText, defaultPinOptions } from '@ipfs-cluster/api'
import type { PinOptions } from '@ipfs-cluster/api'
import type { Answer } from '../../common/answer.ts'
import { failure } from '../../common/failure.ts'
import type { QueryGroup, Route } from '../../common/route.ts'
import { proxyErrorBody } from '../failure.ts'
import { commandRoutes, pinsAnswer, proxyRoute, readPath } from '../route.ts'
import type { ProxyContext } from '../route.ts'

const BAD_PATH = 'Error parsing IPFS Path'

const pinOptions: QueryGroup<PinOptions> = {
  parameters: [
    { name: 'name', type: 'string', doc: 'Free text to find the pin by' },
    { name: 'recursive', type: 'boolean', default: true, doc: 'The whole DAG, or its root block alone' },
    { name: 'type', type: 'string', words: ['recursive', 'direct'], doc: 'The same in other words' }
  ],
  read: (query) => ({
    ...defaultPinOptions(),
    name: query.get('name') ?? '',
    mode: query.get('type') === 'direct' || query.get('recursive') === 'false' ? 'direct' : 'recursive'
  })
}

const noOptions: QueryGroup<undefined> = { parameters: [], read: () => undefined }

const keepsOld: QueryGroup<boolean> = {
  parameters: [
    { name: 'unpin', type: 'boolean', default: true, doc: 'Remove the old pin; only the text `false` counts' }
  ],
  read: (query) => query.get('unpin') === 'false'
}

/** Changes of the pinset. */
export const pinRoutes: readonly Route<ProxyContext>[] = [
  ...commandRoutes({
    name: 'pinAdd',
    path: '/api/v0/pin/add',
    summary: 'Pins in the cluster; done when the cluster has taken the pin',
    type: 'Pins',
    options: pinOptions,
    handle: async ({ cluster }, { arg, options }, signal) => {
      const pin = await cluster.pinPath(readPath(arg, BAD_PATH), options, { signal })
      return pinsAnswer(cidToText(pin.cid))
    }
  }),
  ...commandRoutes({
    name: 'pinRm',
    path: '/api/v0/pin/rm',
    summary: 'Unpins in the cluster',
    type: 'Pins',
    options: noOptions,
    handle: async ({ cluster }, { arg }, signal) => {
      const pin = await cluster.unpinPath(readPath(arg, BAD_PATH), { signal })
      return pinsAnswer(cidToText(pin.cid))
    }
  }),
  proxyRoute({
    name: 'pinUpdate',
    method: 'POST',
    path: '/api/v0/pin/update',
    summary: 'Pins with the options of another pin, and removes that one',
    query: { keepsOld },
    answers: [{ status: 200, doc: 'Old and new', type: 'Pins' }],
    errors: { 400: 'An argument is missing', 500: 'The peer could not do it; the message says why' },
    handle: ({ cluster }, { keepsOld: isKept }, { raw, signal }) =>
      update(cluster, argumentsOf(raw.url ?? ''), isKept, signal)
  })
]

async function update(
  cluster: ProxyContext['cluster'],
  [fromPath, toPath]: readonly string[],
  isKept: boolean,
  signal: AbortSignal
): Promise<Answer> {
  if (fromPath === undefined) return missing('from-path')
  if (toPath === undefined) return missing('to-path')
  const paths = [
    readPath(fromPath, 'error parsing "from-path" argument'),
    readPath(toPath, 'error parsing "to-path" argument')
  ] as const
  const from = await cluster.resolve(paths[0], { signal })
  const to = await cluster.resolve(paths[1], { signal })
  if (from.equals(to)) {
    // Nothing to do, and nothing to remove.
    await cluster.pinGet(from, { signal })
  } else {
    await cluster.pin(to, { ...defaultPinOptions(), pinUpdate: from }, { signal })
    if (!isKept) await cluster.unpin(from, { signal })
  }
  return pinsAnswer(cidToText(from), cidToText(to))
}

function missing(argument: string): Answer {
  return failure(proxyErrorBody, 400, `argument "${argument}" is required`)
}

function argumentsOf(target: string): string[] {
  const mark = target.indexOf('?')
  return mark < 0 ? [] : new URLSearchParams(target.slice(mark + 1)).getAll('arg')
}
