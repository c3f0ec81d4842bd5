import { randomInt } from 'node:crypto'
import { FreePorts, PROGRAM_PORTS } from '@ipfs-cluster/daemon/free-ports'

/** Each process of the test runner has a part of the ports. */
const PARTS = 20
const PART = (PROGRAM_PORTS.last + 1 - PROGRAM_PORTS.first) / PARTS

const part = Number(process.env['JEST_WORKER_ID'] ?? randomInt(PARTS)) % PARTS
let turn = randomInt(PART)

/**
 * Ports of 127.0.0.1 that are free at this moment, none of them given before. Programs that cannot report the port they
 * were given need to be told one.
 */
export async function freePorts(count: number): Promise<number[]> {
  await using ports = new FreePorts({ next: () => PROGRAM_PORTS.first + part * PART + (turn++ % PART) })
  return await Promise.all(Array.from({ length: count }, () => ports.tcp()))
}
