/**
 * A part of a peer with a life: started and stopped in phases, so that a part may rely on the others in the phases
 * after the one in which they become usable.
 */
export interface Startable {
  /** Acquire what needs no other part: open files, bind sockets. */
  start?(options?: { signal?: AbortSignal }): Promise<void> | void
  /** All parts are started: begin the work that uses them. */
  afterStart?(): Promise<void> | void
  /** All parts still run: take in no more work. */
  beforeStop?(): Promise<void> | void
  /** Release everything. Must succeed on a part that never started or was stopped before. */
  stop?(): Promise<void> | void
}

/** What every method that can wait accepts. */
export interface AbortOptions {
  /** Aborting rejects the call with the signal's reason. */
  signal?: AbortSignal
}

/** Starts parts in order, each phase over all of them; on a failure stops in reverse those that had begun to start. */
export async function startAll(parts: readonly Startable[], options: AbortOptions = {}): Promise<void> {
  let begun = 0
  try {
    for (const part of parts) {
      options.signal?.throwIfAborted()
      begun++
      await part.start?.(options)
    }
    for (const part of parts) await part.afterStart?.()
  } catch (err) {
    await stopAll(parts.slice(0, begun)).catch(() => {})
    throw err
  }
}

/**
 * Stops parts in reverse order. Every part is stopped, whatever the others do.
 *
 * @throws AggregateError with what went wrong in any of them
 */
export async function stopAll(parts: readonly Startable[]): Promise<void> {
  const reversed = [...parts].reverse()
  const errors: unknown[] = []
  for (const phase of ['beforeStop', 'stop'] as const) {
    for (const part of reversed) {
      try {
        await part[phase]?.()
      } catch (err) {
        errors.push(err)
      }
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'some parts of the peer did not stop cleanly')
}
