import { text } from '../kinds.ts'
import { option, section } from '../option.ts'
import type { ConfigOf } from '../option.ts'
import { engineSettings } from '../settings.ts'

export type PebbleConfig = ConfigOf<typeof pebbleSection>

const LEVELS = 7
const FIRST_TARGET_FILE_SIZE = 4 * 1024 * 1024

export const pebbleSection = section({
  key: 'pebble',
  env: 'CLUSTER_PEBBLE',
  goStruct: 'jsonConfig',
  doc: 'A store of the Go release that this peer cannot read.',
  options: {
    folder: option(text, { default: 'pebble', written: 'changed', doc: 'Its folder, relative to the configuration.' }),
    pebble_options: engineSettings('Pebble', {
      cache_size_bytes: 1073741824,
      bytes_per_sync: 1048576,
      disable_wal: false,
      flush_delay_delete_range: 0,
      flush_delay_range_key: 0,
      flush_split_bytes: 4194304,
      format_major_version: 24,
      l0_compaction_file_threshold: 750,
      l0_compaction_threshold: 4,
      l0_stop_writes_threshold: 12,
      l_base_max_bytes: 134217728,
      max_open_files: 1000,
      mem_table_size: 67108864,
      mem_table_stop_writes_threshold: 20,
      read_only: false,
      wal_bytes_per_sync: 0,
      levels: Array.from({ length: LEVELS }, (_none, level) => ({
        block_restart_interval: 16,
        block_size: 4096,
        block_size_threshold: 90,
        compression: 1,
        filter_type: 0,
        filter_policy: 10,
        index_block_size: 4096,
        target_file_size: FIRST_TARGET_FILE_SIZE * 2 ** level
      }))
    })
  }
})
