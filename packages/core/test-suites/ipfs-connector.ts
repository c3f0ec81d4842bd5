import { emptyPin } from '@ipfs-cluster/api'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { hash } from 'node:crypto'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import * as Digest from 'multiformats/hashes/digest'
import type { Pin } from '@ipfs-cluster/api'
import type { Block, IpfsConnector } from '@ipfs-cluster/core/ipfs'

/** A connector with a node of its own that is empty, or at least not used by anybody else. */
export interface IpfsConnectorSetup {
  connector: IpfsConnector
  /** The node is too old to pin blocks as it stores them. */
  cannotPinStored?: boolean
  /** Stops the connector and the node. */
  close: () => Promise<void>
}

/** A block of its own for each text. */
export function rawBlock(text: string): Block {
  const data = Buffer.from(text)
  return { cid: CID.createV1(raw.code, Digest.create(0x12, hash('sha256', data, 'buffer'))), data }
}

/**
 * What every implementation of IpfsConnector has to do.
 *
 * @param setup - makes a connector whose node answers
 */
export function ipfsConnectorSuite(name: string, setup: () => Promise<IpfsConnectorSetup>): void {
  describe(`${name} is an IpfsConnector`, () => {
    let connector: IpfsConnector
    let close: () => Promise<void>
    let cannotPinStored: boolean
    // Unlike any that a node used before may still hold.
    const unique = `${process.pid}-${Date.now()}`
    const blockOf = (text: string): Block => rawBlock(`${unique} ${text}`)

    beforeAll(async () => {
      ;({ connector, close, cannotPinStored = false } = await setup())
    })

    afterAll(async () => {
      await close()
    })

    const stored = async (text: string): Promise<Pin> => {
      const block = blockOf(text)
      await connector.putBlocks([block])
      return emptyPin(block.cid)
    }

    it('is ready, and says who its node is', async () => {
      await connector.ready({ signal: AbortSignal.timeout(5000) })
      const { id, addresses, error } = await connector.id()
      expect(id).toMatch(/^(12D3KooW|Qm)/)
      expect(Array.isArray(addresses)).toBe(true)
      expect(error).toBe('')
    })

    it('stores blocks and gives them back', async () => {
      const blocks = Array.from({ length: 300 }, (_, i) => blockOf(`block ${i} ${'x'.repeat(i * 10)}`))
      await connector.putBlocks(blocks)
      for (const { cid, data } of [blocks[0]!, blocks[150]!, blocks[299]!]) {
        expect(Buffer.compare(await connector.getBlock(cid), data)).toBe(0)
      }
    })

    it('stores a large block', async () => {
      const block = blockOf('large'.padEnd(1024 * 1024, '.'))
      await connector.putBlocks([block])
      expect((await connector.getBlock(block.cid)).length).toBe(block.data.length)
    })

    it('stores nothing when it is given nothing', async () => {
      await connector.putBlocks([])
    })

    it('fails with the error of the blocks when these break off', async () => {
      const reason = new Error('no more blocks')
      const blocks = async function* (): AsyncGenerator<Block> {
        yield blockOf('before the end')
        throw reason
      }
      await expect(connector.putBlocks(blocks())).rejects.toBe(reason)
    })

    it('pins the blocks that are to be pinned, where it can', async () => {
      const [plain, root] = [blockOf('no root'), { ...blockOf('root'), pin: true }]
      await connector.putBlocks([plain, root])
      expect(await connector.pinStatus(emptyPin(plain.cid))).toBe('unpinned')
      expect(await connector.pinStatus(emptyPin(root.cid))).toBe(cannotPinStored ? 'unpinned' : 'recursive')
    })

    it('pins recursively, and unpins', async () => {
      const pin = await stored('recursive')
      expect(await connector.pinStatus(pin)).toBe('unpinned')
      await connector.pin(pin)
      expect(await connector.pinStatus(pin)).toBe('recursive')
      await connector.pin(pin)
      await connector.unpin(pin.cid)
      expect(await connector.pinStatus(pin)).toBe('unpinned')
    })

    it('pins directly', async () => {
      const pin: Pin = { ...(await stored('direct')), mode: 'direct', maxDepth: 0 }
      await connector.pin(pin)
      expect(await connector.pinStatus(pin)).toBe('direct')
      await connector.unpin(pin.cid)
    })

    it('ends a pin of what nobody has when the caller has enough, and pins it once it is there', async () => {
      const block = blockOf('not there yet')
      const abort = new AbortController()
      const pinned = connector.pin(emptyPin(block.cid), { signal: abort.signal }).then(
        () => 'pinned',
        (err: unknown) => err
      )
      const reason = new Error('others go first')
      setTimeout(() => abort.abort(reason), 200)
      const outcome = await pinned
      // A node without a network knows at once that nobody has it.
      if (outcome !== reason && outcome !== 'pinned') expect(outcome).toMatchObject({ code: 'ERR_IPFS' })
      await connector.putBlocks([block])
      await connector.pin(emptyPin(block.cid))
      expect(await connector.pinStatus(emptyPin(block.cid))).toBe('recursive')
    })

    it('unpins what is not pinned without complaint', async () => {
      await connector.unpin(blockOf('never pinned').cid)
    })

    it('takes over from another pin', async () => {
      const from = await stored('update from')
      const to: Pin = { ...(await stored('update to')), pinUpdate: from.cid }
      await connector.pin(from)
      await connector.pin(to)
      expect(await connector.pinStatus(from)).toBe('recursive')
      expect(await connector.pinStatus(to)).toBe('recursive')
    })

    it('pins as usual when what it is to take over from is not pinned', async () => {
      const to: Pin = { ...(await stored('update without source')), pinUpdate: blockOf('no such source').cid }
      await connector.pin(to)
      expect(await connector.pinStatus(to)).toBe('recursive')
    })

    it('lists the pins of the kinds that are asked for', async () => {
      const recursive = await stored('listed recursive')
      const direct: Pin = { ...(await stored('listed direct')), mode: 'direct', maxDepth: 0 }
      await connector.pin(recursive)
      await connector.pin(direct)
      const list = async (kinds: ('recursive' | 'direct')[]): Promise<Map<string, string>> => {
        const pins = new Map<string, string>()
        for await (const { cid, status } of connector.pins(kinds)) pins.set(cid.toString(), status)
        return pins
      }
      const both = await list(['recursive', 'direct'])
      expect(both.get(recursive.cid.toString())).toBe('recursive')
      expect(both.get(direct.cid.toString())).toBe('direct')
      const one = await list(['direct'])
      expect(one.has(recursive.cid.toString())).toBe(false)
      expect(one.get(direct.cid.toString())).toBe('direct')
    })

    it('ends a listing when the caller stops', async () => {
      await connector.pin(await stored('one of the list'))
      for await (const { cid } of connector.pins(['recursive'])) {
        expect(cid).toBeDefined()
        break
      }
      expect((await connector.id()).id).not.toBe('')
    })

    it('says what the node says when it refuses', async () => {
      const missing = blockOf('nobody has this').cid
      const signal = AbortSignal.timeout(500)
      const error: unknown = await connector.getBlock(missing, { signal }).catch((err: unknown) => err)
      if (error !== signal.reason) expect(error).toMatchObject({ code: 'ERR_IPFS' })
    })

    it('says how large the repository is', async () => {
      const { repoSize, storageMax } = await connector.repoStat()
      expect(typeof repoSize).toBe('bigint')
      expect(storageMax).toBeGreaterThan(0n)
    })

    it('resolves a path that is a CID without asking anybody', async () => {
      const { cid } = blockOf('anything')
      expect((await connector.resolve(`/ipfs/${cid.toString()}`)).equals(cid)).toBe(true)
      expect((await connector.resolve(cid.toString())).equals(cid)).toBe(true)
    })

    it('refuses a path that is none', async () => {
      await expect(connector.resolve('/ipfs/x')).rejects.toMatchObject({ code: 'ERR_BAD_REQUEST' })
      await expect(connector.resolve('/ipfs/')).rejects.toMatchObject({ code: 'ERR_BAD_REQUEST' })
    })

    it('lists connected nodes', async () => {
      expect(Array.isArray(await connector.swarmPeers())).toBe(true)
    })

    it('reads the configuration', async () => {
      expect(await connector.configKey('Datastore/StorageMax')).toBeDefined()
      await expect(connector.configKey('Datastore/NoSuchKey')).rejects.toThrow('key not found in configuration')
    })

    it('removes what is not pinned', async () => {
      const pinned = await stored('pinned through a collection')
      await connector.pin(pinned)
      const loose = await stored('not pinned')
      const removed = new Set<string>()
      for await (const { key, error } of connector.repoGc()) {
        expect(error).toBe('')
        if (key !== null) removed.add(Buffer.from(key.multihash.bytes).toString('hex'))
      }
      expect(removed.has(Buffer.from(loose.cid.multihash.bytes).toString('hex'))).toBe(true)
    })

    it('takes the reason of an aborted signal', async () => {
      const reason = new Error('changed my mind')
      await expect(connector.repoStat({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      await expect(connector.putBlocks([blockOf('late')], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    })
  })
}
