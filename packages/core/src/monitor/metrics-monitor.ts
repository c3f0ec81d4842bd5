import type { Alert, Metric, PeerId } from '@ipfs-cluster/api'
import { Time } from '@ipfs-cluster/api'
import type { Reading } from '../informer/interface.ts'
import type { PubsubMessage, Topic } from '../network/index.ts'
import { messageOf } from '../util/errors.ts'
import { EventBus } from '../util/event-bus.ts'
import { limitedLogger } from '../util/limited-logger.ts'
import type { Logger } from '../util/logger.ts'
import { RepeatingTask } from '../util/repeating-task.ts'
import type { AbortOptions, Startable } from '../util/startable.ts'
import { startAll, stopAll } from '../util/startable.ts'
import { ClockCheck } from './clock-check.ts'
import {
  DEFAULT_CHECK_INTERVAL,
  DEFAULT_PING_INTERVAL,
  GREETING_DELAY,
  GREETING_INTERVAL_MAX,
  GREETING_INTERVAL_PER_MEMBER,
  MAX_ALERT_LINES,
  MAX_ALERTS
} from './defaults.ts'
import { Failures } from './failures.ts'
import type { Monitor, MonitorComponents, MonitorEvents, MonitorInit } from './interface.ts'
import { decodeMetric, encodeMetric, METRICS_TOPIC } from './metric-message.ts'
import { isUsable, MetricStore } from './metric-store.ts'
import { teller } from './teller.ts'

const PING = 'ping'

/** The monitor over pubsub. */
export class MetricsMonitor implements Monitor {
  readonly #components: MonitorComponents
  readonly #init: MonitorInit
  readonly #log: Logger
  /** Metrics of any name come from others, and any number of them may expire. */
  readonly #alertLog: Logger
  readonly #events: EventBus<MonitorEvents>
  readonly #topic: Topic | undefined
  readonly #store = new MetricStore()
  readonly #failures = new Failures()
  readonly #clocks: ClockCheck
  readonly #informers: readonly RepeatingTask[]
  readonly #tasks: readonly Startable[]
  /** Alerts in the order in which they came. */
  #alerts: Alert[] = []
  #unsubscribe: (() => void)[] = []
  #greeting: NodeJS.Timeout | undefined
  #greetedAt = -Infinity

  constructor(components: MonitorComponents, init: MonitorInit) {
    this.#components = components
    this.#init = init
    this.#log = components.logger.forComponent('monitor')
    this.#alertLog = limitedLogger(this.#log, MAX_ALERT_LINES, () => performance.now())
    this.#events = new EventBus((err) => this.#log.error(messageOf(err)))
    this.#clocks = new ClockCheck(this.#pingTtl)
    this.#topic = components.pubsub?.topic(METRICS_TOPIC)
    const ping = { name: PING, ttl: this.#pingTtl, read: (options?: AbortOptions) => this.#ping(options) }
    const tellers = { log: this.#log, tell: (reading: Reading, ttl: number) => this.#tell(reading, ttl) }
    this.#informers = [ping, ...components.informers].map((informer) => teller(informer, tellers))
    this.#tasks = [this.#checker(), ...this.#informers]
  }

  on: Monitor['on'] = (name, listener) => this.#events.on(name, listener)

  start(): void {
    const topic = this.#topic
    if (topic === undefined || this.#unsubscribe.length > 0) return
    this.#unsubscribe = [topic.subscribe((message) => this.#receive(message)), topic.onSubscriber(() => this.#greet())]
  }

  /** The network is there by now. */
  async afterStart(): Promise<void> {
    await startAll(this.#tasks)
  }

  async stop(): Promise<void> {
    for (const end of this.#unsubscribe.splice(0)) end()
    clearTimeout(this.#greeting)
    this.#greeting = undefined
    await stopAll(this.#tasks)
  }

  latest(name: string): Metric[] {
    const peerset = this.#components.peerset?.()
    const metrics = this.#store.latest(name, now())
    return peerset === undefined ? metrics : metrics.filter(({ peer }) => peerset.includes(peer))
  }

  names(): string[] {
    return this.#store.names()
  }

  history(name: string, peer: PeerId): Metric[] {
    return this.#store.history(name, peer)
  }

  alerts(): Alert[] {
    return [...this.#alerts].reverse()
  }

  assumeAlive(peer: PeerId): void {
    this.#keep(this.#metric(peer, { name: PING, value: '' }, this.#pingTtl))
  }

  measureNow(): void {
    for (const informer of this.#informers) informer.runNow()
  }

  get #pingTtl(): number {
    return 2 * (this.#init.pingInterval ?? DEFAULT_PING_INTERVAL)
  }

  async #ping(options: AbortOptions = {}): Promise<Reading[]> {
    return [{ name: PING, value: await this.#components.ping(options) }]
  }

  #metric(peer: PeerId, { name, value, weight = 0n, partitionable = false }: Reading, ttl: number): Metric {
    const receivedAt = now()
    const expire = receivedAt + BigInt(Math.round(ttl * 1e6))
    return { name, peer, value, expire, valid: true, weight, partitionable, receivedAt }
  }

  /** Kept here before others hear of it: this peer knows itself even when it is alone. */
  async #tell(reading: Reading, ttl: number): Promise<void> {
    const metric = this.#metric(this.#components.peerId, reading, ttl)
    this.#keep(metric)
    await this.#topic?.publish(encodeMetric(metric))
  }

  #keep(metric: Metric): void {
    if (!this.#store.add(metric, now())) {
      this.#log.debug(`no room for metric ${metric.name} of ${metric.peer}`)
    } else if (isUsable(metric, now())) {
      this.#failures.reset(metric.name, metric.peer)
    }
  }

  /** A metric may come from another peer than it is about, as in Go; only of ourselves we know better. */
  #receive({ from, data }: PubsubMessage): void {
    try {
      const metric = decodeMetric(data)
      if (metric.peer === this.#components.peerId) return
      this.#keep({ ...metric, receivedAt: now() })
      if (metric.name === PING && metric.peer === from) this.#checkClock(metric)
    } catch (err) {
      this.#log.debug(`passed over what ${from} sent as a metric: ${messageOf(err)}`)
    }
  }

  #checkClock(ping: Metric): void {
    const complaint = this.#clocks.judge(ping, now())
    if (complaint !== undefined) this.#log.warn(complaint)
  }

  /** Tells our metrics to a peer that has just come, and would hear of them at the next usual time only. */
  #greet(): void {
    if (this.#greeting !== undefined) return
    const interval = Math.min(GREETING_INTERVAL_MAX, this.latest(PING).length * GREETING_INTERVAL_PER_MEMBER)
    const wait = Math.max(GREETING_DELAY, this.#greetedAt + interval - performance.now())
    this.#greeting = setTimeout(() => {
      this.#greeting = undefined
      this.#greetedAt = performance.now()
      this.#tellAgain().catch((err: unknown) => this.#log.debug(`greeting a new peer: ${messageOf(err)}`))
    }, wait)
    this.#greeting.unref()
  }

  async #tellAgain(): Promise<void> {
    const own = [...this.#store.newest()].filter(({ peer }) => peer === this.#components.peerId)
    for (const metric of own.filter((each) => isUsable(each, now()))) await this.#topic?.publish(encodeMetric(metric))
  }

  #checker(): RepeatingTask {
    const interval = this.#init.checkInterval ?? DEFAULT_CHECK_INTERVAL
    return new RepeatingTask({
      interval,
      delay: interval,
      run: async () => this.#check(),
      onError: (err) => this.#log.error(`looking for peers that are gone: ${messageOf(err)}`)
    })
  }

  #check(): void {
    const peerset = this.#components.peerset?.()
    for (const metric of this.#failures.check(this.#store.newest(), now())) {
      if (this.#init.followerMode === true || peerset?.includes(metric.peer) === false) continue
      this.#alertLog.warn(`metric alert for ${metric.name}: Peer: ${metric.peer}.`)
      const alert = { ...metric, triggeredAt: Time.fromDate(new Date()) }
      if (this.#alerts.length > MAX_ALERTS) this.#alerts = []
      this.#alerts.push(alert)
      this.#events.emit('alert', alert)
    }
  }
}

/** The clock that other peers see too, which {@link performance} leaves when the machine sleeps. In nanoseconds. */
function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n
}
