import type { PinOptions, Time } from '@ipfs-cluster/api'

/** Whether the pin is to be removed. */
export function isExpired(pin: Pick<PinOptions, 'expireAt'>, now: Time): boolean {
  return !neverExpires(pin) && isBefore(pin.expireAt, now)
}

/** Whether there is no time at which the pin goes. An expiry at the Unix epoch is how old files say "never". */
export function neverExpires({ expireAt }: Pick<PinOptions, 'expireAt'>): boolean {
  return expireAt.isZero || (expireAt.seconds === 0 && expireAt.nanoseconds === 0)
}

export function isBefore(a: Time, b: Time): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanoseconds < b.nanoseconds)
}
