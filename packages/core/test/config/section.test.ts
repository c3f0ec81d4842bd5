import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ConfigError } from '../../src/config/errors.ts'
import { overrideFromEnv, variablesOf } from '../../src/config/env.ts'
import { bool, duration, int, list, map, secret, text } from '../../src/config/kinds.ts'
import { camel, envName, group, option, section } from '../../src/config/option.ts'
import { defaultsOf, readSection } from '../../src/config/read.ts'
import { displaySection, writeSection } from '../../src/config/write.ts'

const sample = section({
  key: 'sample',
  env: 'X_SAMPLE',
  goStruct: 'jsonConfig',
  doc: 'A section for tests.',
  options: {
    user_name: option(text, { default: 'nobody', doc: 'kept when empty' }),
    strict: option(bool, { default: true, absent: 'zero', doc: 'false when absent' }),
    lax: option(bool, { default: true, doc: 'cannot be false' }),
    wait: option(duration, {
      default: 5000,
      check: (value) => (value > 0 ? undefined : 'sample.wait is invalid'),
      range: 'above 0',
      doc: 'must be above 0'
    }),
    silent_wait: option(duration, { default: 1000, unreadable: 'default', doc: 'nonsense is ignored' }),
    rare: option(int, { default: 7, written: 'changed', doc: 'written when changed' }),
    extra: option(list, { default: [], written: 'filled', doc: 'written when filled' }),
    users: option(map, { default: null, absent: 'zero', hidden: true, doc: 'not to be shown' }),
    key: option(secret, { default: () => undefined, absent: 'zero', hidden: true, doc: 'not to be shown' }),
    nested: group({ limit: option(int, { default: 3, absent: 'zero', doc: 'in a group' }) })
  },
  checks: [
    { key: 'rare', failure: ({ rare, nested }) => (rare === nested.limit ? 'rare and limit are the same' : undefined) }
  ]
})

function failure(json: object): ConfigError {
  try {
    readSection(sample, json as never)
  } catch (err) {
    expect(err).toBeInstanceOf(ConfigError)
    return err as ConfigError
  }
  throw new Error('was accepted')
}

describe('a section of the configuration', () => {
  it('gives every option its default', () => {
    expect(defaultsOf(sample)).toEqual({
      userName: 'nobody',
      strict: true,
      lax: true,
      wait: 5000,
      silentWait: 1000,
      rare: 7,
      extra: [],
      users: null,
      key: undefined,
      nested: { limit: 3 }
    })
  })

  it('gives a fresh default each time', () => {
    defaultsOf(sample).extra.push('x')
    expect(defaultsOf(sample).extra).toEqual([])
  })

  it('treats what is absent as the option says', () => {
    expect(readSection(sample, {})).toMatchObject({
      userName: 'nobody',
      strict: false,
      lax: true,
      wait: 5000,
      nested: { limit: 3 }
    })
    expect(readSection(sample, { user_name: '', lax: false, nested: {}, users: null })).toMatchObject({
      userName: 'nobody',
      lax: true,
      users: null,
      nested: { limit: 0 }
    })
  })

  it('reads values, ignores what it does not know, and takes keys in any letters', () => {
    const json = {
      USER_NAME: 'me',
      wait: '1m',
      silent_wait: 'often',
      other: 1,
      users: { a: 'b' },
      nested: { limit: 4, more: true }
    }
    expect(readSection(sample, json)).toMatchObject({
      userName: 'me',
      wait: 60_000,
      silentWait: 1000,
      users: { a: 'b' },
      nested: { limit: 4 }
    })
  })

  it('writes in the order of the declaration what is to be written', () => {
    const config = defaultsOf(sample)
    expect(JSON.stringify(writeSection(sample, config))).toBe(
      '{"user_name":"nobody","strict":true,"lax":true,"wait":"5s","silent_wait":"1s","users":null,"key":"","nested":{"limit":3}}'
    )
    expect(writeSection(sample, { ...config, rare: 8, extra: ['a'] })).toMatchObject({ rare: 8, extra: ['a'] })
  })

  it('hides what must not be seen', () => {
    const shown = displaySection(sample, { ...defaultsOf(sample), users: { me: 'password' }, key: new Uint8Array(32) })
    expect(shown).toMatchObject({ users: 'XXX_hidden_XXX', key: 'XXX_hidden_XXX', user_name: 'nobody' })
    expect(failure({ key: 'abc' }).hint).not.toContain('abc')
  })

  it.each([
    [
      { wait: 'often' },
      'error parsing sample.wait: time: invalid duration "often"',
      'sample.wait is "often"; allowed: a duration'
    ],
    [
      { wait: '0s' },
      'sample.wait is invalid',
      'sample.wait is "0s"; allowed: a duration such as "1h30m", "5s" or "200ms", above 0'
    ],
    [
      { strict: 'yes' },
      'json: cannot unmarshal string into Go struct field jsonConfig.strict of type bool',
      'sample.strict is a string; allowed: true or false'
    ],
    [
      { nested: { limit: 1.5 } },
      'json: cannot unmarshal number 1.5 into Go struct field jsonConfig.nested.limit of type int',
      'sample.nested.limit is a number'
    ],
    [
      { extra: 'a' },
      'json: cannot unmarshal string into Go struct field jsonConfig.extra of type []string',
      'allowed: a list of texts'
    ],
    [{ nested: 5 }, 'json: cannot unmarshal number', 'allowed: an object'],
    [{ rare: 3 }, 'rare and limit are the same', 'sample.rare']
  ])('refuses %j', (json, message, hint) => {
    const error = failure(json)
    expect(error.message.startsWith(message)).toBe(true)
    expect(error.hint).toContain(hint)
  })

  it('reads back what it writes', () => {
    const configs = fc.record({
      userName: fc.string({ minLength: 1 }),
      strict: fc.boolean(),
      lax: fc.constant(true),
      wait: fc.integer({ min: 1, max: 1e12 }),
      silentWait: fc.integer({ min: 1, max: 1e12 }),
      rare: fc.integer({ min: 10, max: 1e9 }),
      extra: fc.array(fc.string(), { minLength: 1 }),
      users: fc.option(fc.dictionary(fc.string(), fc.string()), { nil: null }),
      key: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }), { nil: undefined }),
      nested: fc.record({ limit: fc.integer({ min: -5, max: 5 }) })
    })
    fc.assert(
      fc.property(configs, (config) => {
        expect(readSection(sample, JSON.parse(JSON.stringify(writeSection(sample, config))))).toEqual(config)
      })
    )
  })
})

describe('the environment', () => {
  it('has a variable for every option', () => {
    expect([...variablesOf(sample)].map(({ name }) => name)).toEqual([
      'X_SAMPLE_USERNAME',
      'X_SAMPLE_STRICT',
      'X_SAMPLE_LAX',
      'X_SAMPLE_WAIT',
      'X_SAMPLE_SILENTWAIT',
      'X_SAMPLE_RARE',
      'X_SAMPLE_EXTRA',
      'X_SAMPLE_USERS',
      'X_SAMPLE_KEY',
      'X_SAMPLE_NESTED_LIMIT'
    ])
  })

  it('overrides what the file says, by the same rules', () => {
    const env = {
      X_SAMPLE_STRICT: 'F',
      X_SAMPLE_LAX: 'false',
      X_SAMPLE_EXTRA: 'a,b',
      X_SAMPLE_USERS: 'u:p,v:q',
      X_SAMPLE_NESTED_LIMIT: '0x10',
      X_SAMPLE_USERNAME: ''
    }
    expect(overrideFromEnv(sample, { ...defaultsOf(sample), userName: 'me' }, env)).toMatchObject({
      userName: 'nobody',
      strict: false,
      lax: true,
      extra: ['a', 'b'],
      users: { u: 'p', v: 'q' },
      nested: { limit: 16 }
    })
  })

  it.each([
    [
      { X_SAMPLE_RARE: 'x' },
      `envconfig.Process: assigning X_SAMPLE_RARE to Rare: converting 'x' to type int. details: strconv.ParseInt: parsing "x": invalid syntax`
    ],
    [
      { X_SAMPLE_STRICT: '' },
      `envconfig.Process: assigning X_SAMPLE_STRICT to Strict: converting '' to type bool. details: strconv.ParseBool: parsing "": invalid syntax`
    ],
    [{ X_SAMPLE_WAIT: 'often' }, 'error parsing sample.wait: time: invalid duration "often"']
  ])('names the variable of %j', (env, message) => {
    const attempt = (): unknown => overrideFromEnv(sample, defaultsOf(sample), env)
    expect(attempt).toThrow(message)
    expect(attempt).toThrow(expect.objectContaining({ hint: expect.stringContaining(Object.keys(env)[0] ?? '') }))
  })

  it('changes nothing when it says nothing', () => {
    const config = defaultsOf(sample)
    expect(overrideFromEnv(sample, config, { PATH: '/bin' })).toBe(config)
  })
})

describe('names', () => {
  it('follow from the key', () => {
    expect(camel('l0_compaction_file_threshold')).toBe('l0CompactionFileThreshold')
    expect(camel('compact_l_0_on_close')).toBe('compactL0OnClose')
    expect(envName('CLUSTER', ['connection_manager', 'high_water'])).toBe('CLUSTER_CONNECTIONMANAGER_HIGHWATER')
  })
})
