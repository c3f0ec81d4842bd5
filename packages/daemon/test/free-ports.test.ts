import { describe, expect, it } from '@jest/globals'
import { FreePorts, PROGRAM_PORTS } from '../src/free-ports.ts'

/** The port that an address names. */
function portOf(address: string): number {
  return Number(/\/(?:tcp|udp)\/(\d+)/.exec(address)?.[1])
}

describe('free ports', () => {
  it('are not those that the system gives to connections, and all differ', async () => {
    await using ports = new FreePorts()
    const found = await Promise.all(Array.from({ length: 20 }, () => ports.tcp()))
    expect(new Set(found).size).toBe(20)
    expect(Math.min(...found)).toBeGreaterThanOrEqual(PROGRAM_PORTS.first)
    expect(Math.max(...found)).toBeLessThanOrEqual(PROGRAM_PORTS.last)
  })

  it('stand in the place of those that addresses name', async () => {
    await using ports = new FreePorts()
    const [tcp = '', udp = '', ...others] = await ports.replaceAll([
      '/ip4/127.0.0.1/tcp/9096/ws',
      '/ip4/127.0.0.1/udp/9096/quic-v1',
      '/unix/run/peer'
    ])
    expect(tcp).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/\d{5}\/ws$/)
    expect(udp).toMatch(/^\/ip4\/127\.0\.0\.1\/udp\/\d{5}\/quic-v1$/)
    for (const address of [tcp, udp]) expect(portOf(address)).toBeGreaterThanOrEqual(PROGRAM_PORTS.first)
    expect(others).toEqual(['/unix/run/peer'])
  })

  it('are taken in the order of the caller, without those in use, and free again afterwards', async () => {
    await using others = new FreePorts()
    const busy = await others.tcp()
    {
      await using ports = new FreePorts({ next: sequence(busy) })
      const found = await ports.tcp()
      expect(found).toBeGreaterThan(busy)
      await expect(others.take(found)).rejects.toThrow('EADDRINUSE')
    }
    await using again = new FreePorts({ next: sequence(busy) })
    expect(await again.tcp()).toBeGreaterThan(busy)
  })

  it('end when none is free', async () => {
    await using others = new FreePorts()
    const busy = await others.tcp()
    await using ports = new FreePorts({ next: () => busy })
    await expect(ports.tcp()).rejects.toThrow('EADDRINUSE')
  })

  it('are not looked for on a host that is not this one', async () => {
    let tries = 0
    await using ports = new FreePorts({ next: () => PROGRAM_PORTS.first + tries++ })
    await expect(ports.replace('/ip4/192.0.2.1/tcp/9096')).rejects.toThrow('EADDRNOTAVAIL')
    expect(tries).toBe(1)
  })
})

/** Ports one after another, from this one on. */
function sequence(first: number): () => number {
  let next = first
  return () => next++
}
