import { text } from '../kinds.ts'
import { option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'
import { engineSettings } from '../settings.ts'

export type LeveldbConfig = ConfigOf<typeof leveldbSection>

export const leveldbSection = section({
  key: 'leveldb',
  env: 'CLUSTER_LEVELDB',
  goStruct: 'jsonConfig',
  doc: 'The store of the pinset. A Go peer opens the same folder.',
  options: {
    folder: option(text, { default: 'leveldb', written: 'changed', doc: 'Its folder, relative to the configuration.' }),
    leveldb_options: engineSettings('LevelDB', {
      block_cache_capacity: 0,
      block_cache_evict_removed: false,
      block_restart_interval: 0,
      block_size: 0,
      compaction_expand_limit_factor: 0,
      compaction_gp_overlaps_factor: 0,
      compaction_l0_trigger: 0,
      compaction_source_limit_factor: 0,
      compaction_table_size: 0,
      compaction_table_size_multiplier: 0,
      compaction_table_size_multiplier_per_level: null,
      compaction_total_size: 0,
      compaction_total_size_multiplier: 0,
      compaction_total_size_multiplier_per_level: null,
      compression: 0,
      disable_buffer_pool: false,
      disable_block_cache: false,
      disable_compaction_backoff: false,
      disable_large_batch_transaction: false,
      iterator_sampling_rate: 0,
      no_sync: false,
      no_write_merge: false,
      open_files_cache_capacity: 0,
      read_only: false,
      strict: 0,
      write_buffer: 0,
      write_l0_pause_trigger: 0,
      write_l0_slowdown_trigger: 0
    })
  }
})
