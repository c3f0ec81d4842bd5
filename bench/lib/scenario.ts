/** One measured figure. */
export interface Figure {
  name: string
  value: number
  unit: string
}

/** What is measured, and how much of it. */
export interface Scenario {
  name: string
  run(context: ScenarioContext): Promise<Figure[]>
}

export interface ScenarioContext {
  /** Folder with the programs to measure. */
  bins: string
  /**
   * Small: enough to see that it runs, not enough to quote. Large: also what takes long, to see how figures grow; only
   * for programs that can do it.
   */
  scale: 'small' | 'full' | 'large'
  /** Whether the programs have the pages and batches that the Go release has not. */
  hasBatches: boolean
  /** For the environment of the peers. */
  env?: Record<string, string>
}
