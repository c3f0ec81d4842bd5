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
  /** Small: enough to see that it runs, not enough to quote. */
  scale: 'small' | 'full'
}
