/**
 * @packageDocumentation
 *
 * Small tools without knowledge of clusters: the life of components, logging, events, queues, waiting.
 */
export * from './backoff.ts'
export * from './collect-garbage.ts'
export * from './errors.ts'
export * from './event-bus.ts'
export * from './fifo-set.ts'
export * from './limited-logger.ts'
export * from './logger.ts'
export * from './merge.ts'
export * from './plugin.ts'
export * from './priority-queue.ts'
export * from './repeating-task.ts'
export * from './signals.ts'
export * from './startable.ts'
export * from './with-signal.ts'
