import { expect, it } from '@jest/globals'
import type { Pin } from '@ipfs-cluster/api'
import { HeldPins } from '../../src/pintracker/held-pins.ts'
import type { RefillComponents } from '../../src/pintracker/refill.ts'
import { Refill } from '../../src/pintracker/refill.ts'
import { nullLogger } from '../../src/util/logger.ts'
import { until } from '../helpers/until.ts'
import { FakeIpfs, FakeState, testCid, testPin } from './fakes.ts'

class Scene {
  readonly state = new FakeState()
  readonly ipfs = new FakeIpfs()
  readonly taken: string[] = []
  readonly #room: { free: number }
  readonly refill: Refill

  /** @param size - of the queue, which is empty */
  constructor(pins: number, size: number) {
    const room = { free: size }
    this.#room = room
    for (let n = 0; n < pins; n++) this.state.put(testPin(testCid(n), { name: String(n) }))
    const take = ({ name }: Pin): void => {
      this.taken.push(name)
      room.free--
    }
    const operations = {
      get hasPlace(): boolean {
        return room.free > 0
      },
      get isHalfFree(): boolean {
        return room.free >= size / 2
      }
    }
    const list: RefillComponents['list'] = ({ key, value }) => ({ key, value, status: 'unexpectedly_unpinned' })
    const log = nullLogger.forComponent('pintracker')
    this.refill = new Refill({ log, state: this.state, operations, held: new HeldPins(this.ipfs), list, take }, 1)
  }

  /** So many leave the queue. */
  free(places: number): void {
    this.#room.free += places
    this.refill.look()
  }

  async hasTaken(...names: string[]): Promise<void> {
    await until(`${names.join(' ')} are taken`, () => this.taken.length === names.length)
    expect(this.taken).toEqual(names)
  }

  get looks(): number {
    return this.ipfs.calls.length
  }
}

it('nothing is looked for unless somebody asks, nor before the refill is started', async () => {
  const scene = new Scene(2, 10)
  scene.refill.start()
  scene.refill.look()
  await scene.refill.stop()
  scene.refill.ask()
  expect(scene.looks).toBe(0)
  scene.refill.start()
  await scene.hasTaken('0', '1')
  await scene.refill.stop()
  expect(scene.looks).toBe(1)
})

it('a walk stops where the queue is full, and goes on behind that when half of it is free', async () => {
  const scene = new Scene(5, 2)
  scene.refill.start()
  scene.refill.ask()
  await scene.hasTaken('0', '1')
  scene.free(1)
  await scene.hasTaken('0', '1', '2')
  scene.free(2)
  await scene.hasTaken('0', '1', '2', '3', '4')
  await scene.refill.stop()
  expect(scene.looks).toBe(1)
})

it('who asks during a walk gets another one behind it', async () => {
  const scene = new Scene(2, 1)
  scene.refill.start()
  scene.refill.ask()
  await scene.hasTaken('0')
  scene.refill.ask()
  scene.free(1)
  await scene.hasTaken('0', '1')
  scene.free(1)
  await scene.hasTaken('0', '1', '0')
  await scene.refill.stop()
  expect(scene.looks).toBe(2)
})

it('while the IPFS node cannot be asked it is asked again and again, until the refill is stopped', async () => {
  const scene = new Scene(1, 10)
  const { refill, ipfs } = scene
  ipfs.down = 'connection refused'
  refill.start()
  refill.ask()
  await until('it was asked again', () => scene.looks > 2)
  ipfs.down = undefined
  await scene.hasTaken('0')
  await refill.stop()
  const asked = scene.looks
  refill.look()
  expect(scene.looks).toBe(asked)
})

it('a refill that waits for room can be stopped', async () => {
  const scene = new Scene(2, 1)
  scene.refill.start()
  scene.refill.ask()
  await scene.hasTaken('0')
  await scene.refill.stop()
  expect(scene.taken).toEqual(['0'])
})

it('a refill that is stopped while the IPFS node is asked ends, also when there is no room then', async () => {
  const scene = new Scene(1, 2)
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  scene.ipfs.heldPins = async function* () {
    asked.resolve()
    await answered.promise
  }
  scene.refill.start()
  scene.refill.ask()
  await asked.promise
  scene.free(-2)
  const stopped = scene.refill.stop()
  answered.resolve()
  await stopped
  expect(scene.taken).toEqual([])
})
