import { section } from '../option.ts'
import type { ConfigOf } from '../option.ts'
import { engineSettings } from '../settings.ts'
import { badgerFolder, collection } from './badger-common.ts'

export type BadgerConfig = ConfigOf<typeof badgerSection>

export const badgerSection = section({
  key: 'badger',
  env: 'CLUSTER_BADGER',
  goStruct: 'jsonConfig',
  doc: 'A store of the Go release that this peer cannot read.',
  options: {
    folder: badgerFolder('badger'),
    ...collection,
    badger_options: engineSettings('Badger', {
      dir: '',
      value_dir: '',
      sync_writes: true,
      table_loading_mode: 2,
      value_log_loading_mode: 0,
      num_versions_to_keep: 1,
      max_table_size: 16777216,
      level_size_multiplier: 10,
      max_levels: 7,
      value_threshold: 32,
      num_memtables: 5,
      num_level_zero_tables: 5,
      num_level_zero_tables_stall: 10,
      level_one_size: 268435456,
      value_log_file_size: 1073741823,
      value_log_max_entries: 1000000,
      num_compactors: 2,
      compact_l_0_on_close: false,
      read_only: false,
      truncate: true
    })
  }
})
