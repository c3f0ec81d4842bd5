import { memoryDatastore } from '@ipfs-cluster/core/datastore'
import { describeDatastore } from '../../test-suites/datastore.ts'

describeDatastore('memoryDatastore', { create: memoryDatastore })
