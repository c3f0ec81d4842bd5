import { section } from '../option.ts'
import type { ConfigOf } from '../option.ts'
import { engineSettings } from '../settings.ts'
import { badgerFolder, collection } from './badger-common.ts'

export type Badger3Config = ConfigOf<typeof badger3Section>

export const badger3Section = section({
  key: 'badger3',
  env: 'CLUSTER_BADGER3',
  goStruct: 'jsonConfig',
  doc: 'A store of the Go release that this peer cannot read.',
  options: {
    folder: badgerFolder('badger3'),
    ...collection,
    badger_options: engineSettings('Badger 3', {
      dir: '',
      value_dir: '',
      sync_writes: false,
      num_versions_to_keep: 1,
      read_only: false,
      compression: 0,
      in_memory: false,
      metrics_enabled: true,
      num_goroutines: 8,
      mem_table_size: 67108864,
      base_table_size: 2097152,
      base_level_size: 10485760,
      level_size_multiplier: 10,
      table_size_multiplier: 2,
      max_levels: 7,
      v_log_percentile: 0,
      value_threshold: 100,
      num_memtables: 5,
      block_size: 4096,
      bloom_false_positive: 0.01,
      block_cache_size: 0,
      index_cache_size: 0,
      num_level_zero_tables: 5,
      num_level_zero_tables_stall: 15,
      value_log_file_size: 1073741823,
      value_log_max_entries: 1000000,
      num_compactors: 4,
      compact_l_0_on_close: false,
      lmax_compaction: false,
      zstd_compression_level: 1,
      verify_value_checksum: false,
      checksum_verification_mode: 0,
      detect_conflicts: false,
      namespace_offset: -1
    })
  }
})
