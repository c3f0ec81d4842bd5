import type {
  AddedOutput,
  Alert,
  Bandwidth,
  BatchResult,
  ConnectGraph,
  DrainProgressInfo,
  ExplainedPinInfo,
  GlobalPinInfo,
  GlobalRepoGc,
  Id,
  Metric,
  PeerMarkInfo,
  Pin,
  PinCountsInfo,
  RebalancePlanInfo,
  RebalanceProgressInfo,
  RepairProgressInfo,
  SyncProgressInfo,
  Version
} from '@ipfs-cluster/api'
import { readList } from './answer.ts'
import type { Answer } from './answer.ts'

export { anything, nothing, texts, token } from './answer.ts'
export type { Answer, ReadAnswer } from './answer.ts'

export const id: Answer<Id> = async () => (await import('./peers.ts')).idFromJSON
export const version: Answer<Version> = async () => (await import('./peers.ts')).versionFromJSON

export const pin: Answer<Pin> = async () => (await import('./pins.ts')).pinFromJSON
export const globalPinInfo: Answer<GlobalPinInfo> = async () => (await import('./pins.ts')).globalPinInfoFromJSON

export const addedOutput: Answer<AddedOutput> = async () => (await import('./added.ts')).addedOutputFromJSON

export const alerts: Answer<Alert[]> = async () => readList((await import('./health.ts')).alertFromJSON)
export const metrics: Answer<Metric[]> = async () => readList((await import('./health.ts')).metricFromJSON)
export const connectGraph: Answer<ConnectGraph> = async () => (await import('./health.ts')).connectGraphFromJSON
export const globalRepoGc: Answer<GlobalRepoGc> = async () => (await import('./health.ts')).globalRepoGcFromJSON
export const bandwidth: Answer<Record<string, Bandwidth>> = async () =>
  (await import('./health.ts')).bandwidthByProtocolFromJSON

export const batchResult: Answer<BatchResult> = async () => (await import('./operator.ts')).batchResultFromJSON
export const drainProgress: Answer<DrainProgressInfo> = async () =>
  (await import('./operator.ts')).drainProgressFromJSON
export const explainedPinInfo: Answer<ExplainedPinInfo> = async () =>
  (await import('./operator.ts')).explainedPinInfoFromJSON
export const peerMark: Answer<PeerMarkInfo> = async () => (await import('./operator.ts')).peerMarkFromJSON
export const peerMarks: Answer<PeerMarkInfo[]> = async () => readList((await import('./operator.ts')).peerMarkFromJSON)
export const pinCounts: Answer<PinCountsInfo> = async () => (await import('./operator.ts')).pinCountsFromJSON
export const rebalancePlan: Answer<RebalancePlanInfo> = async () =>
  (await import('./operator.ts')).rebalancePlanFromJSON
export const rebalanceProgress: Answer<RebalanceProgressInfo> = async () =>
  (await import('./operator.ts')).rebalanceProgressFromJSON
export const repairProgress: Answer<RepairProgressInfo> = async () =>
  (await import('./operator.ts')).repairProgressFromJSON
export const syncProgress: Answer<SyncProgressInfo> = async () => (await import('./operator.ts')).syncProgressFromJSON
