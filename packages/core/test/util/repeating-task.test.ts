import { describe, expect, it } from '@jest/globals'
import { RepeatingTask } from '../../src/util/repeating-task.ts'

/** Resolves with the number of runs once there were that many. */
function runsOf(init: { fail?: boolean; until: number }): {
  task: RepeatingTask
  done: Promise<unknown[]>
  runs: () => number
} {
  let runs = 0
  const errors: unknown[] = []
  let finish = (_errors: unknown[]): void => {}
  const done = new Promise<unknown[]>((resolve) => (finish = resolve))
  const task = new RepeatingTask({
    interval: 1,
    run: async () => {
      if (++runs >= init.until) finish(errors)
      if (init.fail === true) throw new Error(`run ${runs}`)
    },
    onError: (err) => errors.push(err)
  })
  return { task, done, runs: () => runs }
}

describe('RepeatingTask', () => {
  it('runs again and again until it is stopped', async () => {
    const { task, done, runs } = runsOf({ until: 3 })
    task.start()
    await done
    await task.stop()
    const after = runs()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(runs()).toBe(after)
  })

  it('goes on after a failure', async () => {
    const { task, done } = runsOf({ until: 3, fail: true })
    task.start()
    expect(await done).toHaveLength(2)
    await task.stop()
  })

  it('aborts the run under way and waits for its end', async () => {
    let ended = false
    let begun = (): void => {}
    const started = new Promise<void>((resolve) => (begun = resolve))
    const errors: unknown[] = []
    const task = new RepeatingTask({
      interval: 1,
      run: async (signal) => {
        begun()
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        ended = true
        signal.throwIfAborted()
      },
      onError: (err) => errors.push(err)
    })
    task.start()
    await started
    await task.stop()
    expect(ended).toBe(true)
    expect(errors).toEqual([])
  })
})
