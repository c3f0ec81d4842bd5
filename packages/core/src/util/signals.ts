import type { AbortOptions } from './startable.ts'

/** A signal that aborts when one of the given ones does, or after that many milliseconds. */
export function withTimeout(milliseconds: number, ...signals: (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any([AbortSignal.timeout(milliseconds), ...signals.filter((signal) => signal !== undefined)])
}

/**
 * Runs with a signal that aborts when the given one does, or after that many milliseconds. Unlike with
 * {@link withTimeout} nothing of it is left when the run has ended: for runs that are many and mostly short.
 */
export async function withDeadline<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  signal?.throwIfAborted()
  const end = new AbortController()
  const onAbort = (): void => end.abort(signal?.reason)
  const onTimeout = (): void => end.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
  const timer = setTimeout(onTimeout, milliseconds).unref()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await run(end.signal)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

/** Waits for a promise that cannot itself be aborted; on abort the caller goes on and the promise is left alone. */
export async function abortable<T>(promise: Promise<T>, { signal }: AbortOptions): Promise<T> {
  if (signal === undefined) return promise
  if (signal.aborted) {
    // Nobody waits for it any more, and a failure that nobody takes would end the process.
    promise.catch(() => undefined)
    throw signal.reason
  }
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
