import type { PeerId, Pin } from '@ipfs-cluster/api'

/**
 * Where a peer that is listed for a pin stands:
 *
 * - `here`: it answers, and stays;
 * - `away`: it does not answer, but is expected back: its copy counts;
 * - `gone`: it does not answer, and has been away for too long: its copy does not count;
 * - `leaving`: it answers, and its pins are to go elsewhere.
 */
export type Standing = 'here' | 'away' | 'gone' | 'leaving'

/** A pin as far as its copies go. */
export type Copies = Pick<Pin, 'replicationFactorMin' | 'replicationFactorMax' | 'allocations' | 'type'>

/** What is to be done about the copies of a pin. */
export type PinPlan =
  | { readonly action: 'none' }
  /** Find up to `wanted` more peers; fewer than `needed` leave the pin with too few copies. */
  | { readonly action: 'allocate'; readonly needed: number; readonly wanted: number }
  /** Some peers may be taken from the list, depending on who has the content: see {@link trim}. */
  | { readonly action: 'trim' }

const NONE: PinPlan = { action: 'none' }

/** What a plan depends on besides the pin. */
export interface PlanRules {
  standing(peer: PeerId): Standing
  /** Whether copies that are lost are made anew; those of leaving peers are anyway. */
  repairs: boolean
  /** Whether a list that is too long is cut though nobody on it is gone or leaving. */
  trims: boolean
  /** Copies that a leaving peer leaves behind; when absent as many as there are now. */
  copies?: number
}

/**
 * Looks at one pin. A pin with too few peers is filled up to its maximum, as when it was made; for each peer that
 * leaves there comes one other. Nobody is taken from a list here: a copy is given up once there are others.
 */
export function planPin(pin: Copies, rules: PlanRules): PinPlan {
  const { replicationFactorMin: min, replicationFactorMax: max } = pin
  const listed = pin.allocations ?? []
  if (min < 1 || max < min || pin.type === 'meta-pin' || listed.length === 0) return NONE
  const standings = listed.map((peer) => rules.standing(peer))
  const count = (standing: Standing): number => standings.filter((each) => each === standing).length
  const staying = count('here') + count('away')
  const leaving = count('leaving')
  const copies = leaving > 0 ? (rules.copies ?? copiesToKeep(pin, staying + leaving)) : 0
  if (staying < copies) return { action: 'allocate', needed: copies - staying, wanted: copies - staying }
  if (rules.repairs && staying < min) return { action: 'allocate', needed: min - staying, wanted: max - staying }
  if (leaving > 0) return { action: 'trim' }
  const isTooLong = listed.length > max && (rules.trims || (rules.repairs && count('gone') > 0))
  return isTooLong ? { action: 'trim' } : NONE
}

/** Copies that a pin has to have while peers leave: as many as it has, but not more than were asked for. */
export function copiesToKeep(pin: Copies, now: number): number {
  return Math.max(pin.replicationFactorMin, Math.min(pin.replicationFactorMax, now))
}

/** A listed peer, and whether it has the content; that of a peer that does not answer is not known. */
export interface Holder {
  readonly peer: PeerId
  readonly standing: Standing
  readonly isPinned: boolean
}

/**
 * The peers that are left when those are taken out that can be spared: the leaving ones once `copies` others have the
 * content, and while there are more than the maximum, first who is gone, then who has not got the content, then who
 * came last. Whoever goes leaves at least the minimum of live copies behind.
 *
 * @param copies - live copies that a leaving peer leaves behind; see {@link copiesToKeep}
 */
export function trim(pin: Copies, holders: readonly Holder[], copies: number): PeerId[] {
  const { replicationFactorMin: min, replicationFactorMax: max } = pin
  let kept = holders
  const pinnedWithout = (peer: PeerId): number =>
    kept.filter((each) => each.isPinned && each.standing !== 'leaving' && each.peer !== peer).length
  const staying = (): number => kept.filter(({ standing }) => standing !== 'leaving').length
  for (const { peer, standing } of [...holders].reverse().sort((a, b) => sparedFirst(a) - sparedFirst(b))) {
    const isSpare =
      standing === 'leaving' ? pinnedWithout(peer) >= copies : staying() > max && pinnedWithout(peer) >= min
    if (isSpare) kept = kept.filter((each) => each.peer !== peer)
  }
  return kept.map(({ peer }) => peer)
}

/** In which order peers are taken out. One that is away has the content, as far as anybody knows. */
function sparedFirst({ standing, isPinned }: Holder): number {
  if (standing === 'leaving') return 0
  if (standing === 'gone') return 1
  if (standing === 'away') return 3
  return isPinned ? 4 : 2
}
