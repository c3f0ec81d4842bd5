import { bool, duration, int, string, strings } from '@ipfs-cluster/cli-kit'

/** Flags that several commands have. */

export const localFlag = bool({ summary: 'ask only the peer that is contacted' })

export const nameFlag = string({ char: 'n', summary: 'name of the pin' })

export const replicationMinFlag = int({
  aliases: ['rmin'],
  summary: 'fewest copies for the pin to be a success; -1: on every peer, 0: as the cluster is configured'
})

export const replicationMaxFlag = int({
  aliases: ['rmax'],
  summary: 'most copies to be made; -1: on every peer, 0: as the cluster is configured'
})

export const allocationsFlag = string({
  aliases: ['allocs'],
  summary: 'IDs of the peers that are preferred, separated by commas'
})

export const expireInFlag = string({ summary: 'how long the pin lasts, e.g. 48h; it is removed then' })

export const metadataFlag = strings({ summary: 'key=value to be kept with the pin; may be given several times' })

export const waitTimeoutFlag = duration({
  aliases: ['wt'],
  summary: 'how long to --wait at most, e.g. 30s; 0s: for ever'
})

/** What happens after a pin was made or removed. */
export const afterwardsFlags = {
  'no-status': bool({ aliases: ['ns'], summary: 'print the pin at once rather than its status (faster, quieter)' }),
  wait: bool({ char: 'w', summary: 'wait until enough peers have done it' }),
  'wait-limit': int({ aliases: ['wl'], summary: 'how many peers are enough for --wait; 0: as the pin asks for' }),
  'wait-timeout': waitTimeoutFlag
}
