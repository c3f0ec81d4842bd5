/** Every call can be given up. */
export interface AbortOptions {
  readonly signal?: AbortSignal
}
