import { describe, expect, it } from '@jest/globals'
import { LineLog } from '../../src/log/line-log.ts'
import { readLogLevels } from '../../src/log/levels.ts'

function passing(loglevel: string, debug = false): (component: string) => string[] {
  const { levels } = readLogLevels({ debug, loglevel })
  return (component) => (['debug', 'info', 'warn', 'error'] as const).filter((level) => levels.passes(component, level))
}

describe('the levels of the log', () => {
  it('are info unless told otherwise, and less for those that say much', () => {
    expect(passing('')('cluster')).toEqual(['info', 'warn', 'error'])
    expect(passing('')('swarm2')).toEqual(['error'])
    expect(passing('debug')('swarm2')).toEqual(['error'])
  })

  it('are one for all, or one for each component', () => {
    const levels = passing('error,cluster:debug,crdt:WARN')
    expect(levels('restapi')).toEqual(['error'])
    expect(levels('cluster')).toEqual(['debug', 'info', 'warn', 'error'])
    expect(levels('crdt')).toEqual(['warn', 'error'])
    expect(passing('fatal')('cluster')).toEqual([])
  })

  it('are all of them with --debug', () => {
    expect(passing('error', true)('swarm2')).toEqual(['debug', 'info', 'warn', 'error'])
  })

  it('pass over a level that does not exist, name what is given twice and what makes no sense', () => {
    expect(passing('verbose')('cluster')).toEqual(['info', 'warn', 'error'])
    expect(readLogLevels({ debug: false, loglevel: 'info,debug,a:info,a:warn,' }).duplicates).toEqual(['all', 'a'])
    expect(readLogLevels({ debug: false, loglevel: 'info,a:b:c' }).malformed).toBe('a:b:c')
  })
})

describe('a line of the log', () => {
  it('has five columns, as in the Go release', () => {
    const lines: string[] = []
    const log = new LineLog(readLogLevels({ debug: false, loglevel: '' }).levels, { write: (text) => lines.push(text) })
    log.forComponent('cluster').warn('it rains')
    log.forComponent('cluster').debug('a drop')
    expect(lines).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z\tWARN\tcluster\t-\tit rains\n$/)])
  })
})
