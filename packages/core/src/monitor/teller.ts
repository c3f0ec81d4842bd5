import type { Informer, Reading } from '../informer/interface.ts'
import { messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { RepeatingTask } from '../util/repeating-task.ts'
import { LOG_EVERY } from './defaults.ts'

/** What a teller does with what an informer reads. */
export interface TellerInit {
  log: Logger
  tell(reading: Reading, ttl: number): Promise<void>
}

/** Has an informer read and tells what it found, twice in the time that it is valid; sooner when that failed. */
export function teller(informer: Informer, { log, ...init }: TellerInit): RepeatingTask {
  const { name, ttl } = informer
  let failures = 0
  return new RepeatingTask({
    get interval() {
      return failures > 0 ? ttl / 4 : ttl / 2
    },
    run: async (signal) => {
      for (const reading of await informer.read({ signal })) await init.tell(reading, ttl)
      failures = 0
    },
    onError: (err) => {
      if (failures++ % LOG_EVERY === 0) log.warn(`${name} could not be measured and told: ${messageOf(err)}`)
    }
  })
}
