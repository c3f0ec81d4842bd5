import { expect, it } from '@jest/globals'
import { limitedLogger } from '../../src/util/limited-logger.ts'
import { memoryLogger } from '../helpers/memory-logger.ts'

it('writes so many lines a minute, then how many it left out', () => {
  const { logger, lines } = memoryLogger()
  let time = 0
  const log = limitedLogger(logger.forComponent('x'), 2, () => time)
  for (const line of ['a', 'b', 'c', 'd']) log.warn(line)
  log.info('of my own')
  expect(lines).toEqual(['a', 'b', 'of my own'])
  time = 60_000
  log.error('e')
  expect(lines.slice(3)).toEqual(['2 more such lines were left out', 'e'])
})

it('shows nothing that would tamper with the log', () => {
  const { logger, lines } = memoryLogger()
  limitedLogger(logger.forComponent('x'), 2, () => 0).warn(`a\n\u001b[31mERROR: b${'c'.repeat(5000)}`)
  expect(lines[0]).toMatch(/^a \[31mERROR: bc+$/)
  expect(lines[0]).toHaveLength(1000)
})
