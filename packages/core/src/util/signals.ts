import type { AbortOptions } from './startable.ts'

/** A signal that aborts when one of the given ones does, or after that many milliseconds. */
export function withTimeout(milliseconds: number, ...signals: (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any([AbortSignal.timeout(milliseconds), ...signals.filter((signal) => signal !== undefined)])
}

/** Waits for a promise that cannot itself be aborted; on abort the caller goes on and the promise is left alone. */
export async function abortable<T>(promise: Promise<T>, { signal }: AbortOptions): Promise<T> {
  if (signal === undefined) return promise
  signal.throwIfAborted()
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
