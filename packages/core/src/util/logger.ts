/** Messages of one component. Text only, one line each: what happened, and to what. */
export interface Logger {
  /** Something failed that somebody has to know about. */
  error(message: string): void
  /** Something is not as it should be, but the work goes on. */
  warn(message: string): void
  /** A change of state, one line each. */
  info(message: string): void
  /** What helps to find a fault. */
  debug(message: string): void
}

/** Gives each component its own logger; where the messages go and which levels pass is decided by who makes it. */
export interface ComponentLogger {
  forComponent(component: string): Logger
}

const silent = (): void => {}

/** A logger for those who do not want to hear: tests, and programs that only borrow a part of the library. */
export const nullLogger: ComponentLogger = {
  forComponent: () => ({ error: silent, warn: silent, info: silent, debug: silent })
}
