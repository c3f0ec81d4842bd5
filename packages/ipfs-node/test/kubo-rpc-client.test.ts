import { kuboRpcSuite } from '../test-suites/kubo-rpc.ts'
import { startNode } from './helpers.ts'

kuboRpcSuite('the embedded node', async () => {
  const { client, node } = await startNode()
  return { client, peerId: node.peerId }
})
