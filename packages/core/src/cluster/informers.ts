import type {
  DiskInformerComponents,
  DiskInformerInit,
  Informer,
  NumpinInformerComponents,
  NumpinInformerInit,
  PinqueueInformerComponents,
  PinqueueInformerInit,
  TagsInformerInit
} from '../informer/index.ts'
import { diskInformer, numpinInformer, pinqueueInformer, tagsInformer } from '../informer/index.ts'

/** What a peer measures of itself: the sections `informer.*` of service.json. A section that is absent is not measured. */
export interface InformersInit {
  disk?: DiskInformerInit | undefined
  numpin?: NumpinInformerInit | undefined
  pinqueue?: PinqueueInformerInit | undefined
  tags?: TagsInformerInit | undefined
}

/** The informers that the settings ask for. */
export function informersOf(
  { disk, numpin, pinqueue, tags }: InformersInit = {},
  components: DiskInformerComponents & NumpinInformerComponents & PinqueueInformerComponents
): Informer[] {
  return [
    ...(disk ? [diskInformer(disk)(components)] : []),
    ...(numpin ? [numpinInformer(numpin)(components)] : []),
    ...(pinqueue ? [pinqueueInformer(pinqueue)(components)] : []),
    ...(tags ? [tagsInformer(tags)()] : [])
  ]
}
