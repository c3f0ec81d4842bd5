import type {
  DiskInformerComponents,
  DiskInformerInit,
  Informer,
  PinqueueInformerComponents,
  PinqueueInformerInit,
  TagsInformerInit
} from '../informer/index.ts'
import { diskInformer, pinqueueInformer, tagsInformer } from '../informer/index.ts'

/** What a peer measures of itself: the sections `informer.*` of service.json. A section that is absent is not measured. */
export interface InformersInit {
  disk?: DiskInformerInit | undefined
  pinqueue?: PinqueueInformerInit | undefined
  tags?: TagsInformerInit | undefined
}

/** The informers that the settings ask for. */
export function informersOf(
  { disk, pinqueue, tags }: InformersInit = {},
  components: DiskInformerComponents & PinqueueInformerComponents
): Informer[] {
  return [
    ...(disk ? [diskInformer(disk)(components)] : []),
    ...(pinqueue ? [pinqueueInformer(pinqueue)(components)] : []),
    ...(tags ? [tagsInformer(tags)()] : [])
  ]
}
