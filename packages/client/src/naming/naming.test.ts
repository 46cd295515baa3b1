import { describe, expect, it } from 'vitest'
import { camelCase, NameScope, pascalCase, propertyKey, stringLiteral } from './identifiers.js'
import { singular } from './singular.js'

describe('names', () => {
  it.each([
    ['user_roles', 'UserRoles', 'userRoles'],
    ['GetUser', 'GetUser', 'getUser'],
    ['getURL', 'GetUrl', 'getUrl'],
    ['User role', 'UserRole', 'userRole'],
    ['a1_b2', 'A1B2', 'a1B2'],
    ['1st', '_1st', '_1st'],
    ['💾', 'Unnamed', 'unnamed'],
    ['größe', 'Größe', 'größe'],
    ['"quoted"', 'Quoted', 'quoted'],
  ])('%s → %s, %s', (name, pascal, camel) => {
    expect([pascalCase(name), camelCase(name)]).toEqual([pascal, camel])
  })

  it.each([
    ['id', 'id'],
    ['a b', `'a b'`],
    [`it's`, `'it\\'s'`],
    ['__proto__', `'__proto__'`],
    ['1a', `'1a'`],
    ['💾', `'💾'`],
  ])('the property %s is written %s', (name, key) => {
    expect(propertyKey(name)).toBe(key)
  })

  it('literals are what they say', () => {
    for (const text of [`'`, '"', '\\', '\n', '\u2028', `\\'`, '${x}', '</script>'])
      expect(new Function(`return ${stringLiteral(text)}`)()).toBe(text)
  })

  it('are given out once', () => {
    const scope = new NameScope(['Date'])
    expect([scope.claim(['Date', 'Dates']), scope.claim(['Date', 'Dates']), scope.claim(['Date', 'Dates'])]).toEqual([
      'Dates',
      'Dates2',
      'Dates3',
    ])
  })
})

it.each([
  ['users', 'user'],
  ['user_addresses', 'user_address'],
  ['companies', 'company'],
  ['boxes', 'box'],
  ['statuses', 'status'],
  ['news', 'news'],
  ['people', 'person'],
  ['children', 'child'],
  ['movies', 'movie'],
  ['houses', 'house'],
  ['caches', 'cache'],
  ['data', 'data'],
  ['status', 'status'],
  ['address', 'address'],
  ['glass', 'glass'],
  ['wolves', 'wolf'],
  ['heroes', 'hero'],
  ['orderLines', 'orderLine'],
  ['order_items2', 'order_item2'],
  ['analyses', 'analysis'],
  ['is', 'is'],
  ['', ''],
])('one of %s is a %s', (plural, one) => {
  expect(singular(plural)).toBe(one)
})
