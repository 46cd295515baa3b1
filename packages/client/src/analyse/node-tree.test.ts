import { describe, expect, it } from 'vitest'
import { equalTrees, isNode, listField, parseNodeTree, textField, walk, type TreeNode } from './node-tree.js'

function node(text: string): TreeNode {
  const value = parseNodeTree(text)
  if (!isNode(value)) throw new Error('no node')
  return value
}

describe('a node tree', () => {
  it('has fields by name, lists and nulls', () => {
    expect(node('{QUERY :commandType 1 :rtable ({RTE :alias <> :inh true}) :oids (o 1 2) :empty (b)}')).toMatchObject({
      tag: 'QUERY',
      fields: {
        commandType: '1',
        rtable: [{ tag: 'RANGETBLENTRY', fields: { alias: null, inh: 'true' } }],
        oids: ['1', '2'],
        empty: [],
      },
    })
  })

  it('has escaped strings, quoted in lists', () => {
    const alias = node('{ALIAS :aliasname my\\ t\\{able\\} :colnames ("id" "c\\ d" "a"b" "" "\\1x")}')
    expect(textField(alias, 'aliasname')).toBe('my t{able}')
    expect(listField(alias, 'colnames')).toEqual(['id', 'c d', 'a"b', '', '1x'])
    expect(textField(node('{A :name \\1a}'), 'name')).toBe('1a')
    expect(textField(node('{A :name "" :other 1}'), 'name')).toBe('')
    expect(textField(node('{A :name x\\ :location\\ 5 :location 5}'), 'name')).toBe('x :location 5')
  })

  it('has constants of several tokens', () => {
    expect(listField(node('{CONST :constisnull false :constvalue 4 [ 1 0 -61 0 ] :location 3}'), 'constvalue')).toEqual(
      ['4', '[', '1', '0', '-61', '0', ']'],
    )
  })

  it('is equal to another whatever its places and its spelling', () => {
    expect(equalTrees(node('{VAR :varno 1 :location 5}'), node('{VAR :varno 1 :location -1 :varnosyn 3}'))).toBe(true)
    expect(equalTrees(node('{VAR :varno 1}'), node('{VAR :varno 2}'))).toBe(false)
  })

  it('is walked from above, through lists', () => {
    const tags: string[] = []
    walk(parseNodeTree('({A :b {B :c ({C :d 1} ({D :e 1}))} :location 3 :f {E}} {F})'), ({ tag }) => tags.push(tag))
    expect(tags).toEqual(['A', 'B', 'C', 'D', 'E', 'F'])
  })

  it('that is cut is an error', () => {
    expect(() => parseNodeTree('{QUERY :commandType 1')).toThrow(SyntaxError)
    expect(() => parseNodeTree('({A :b 1}')).toThrow(SyntaxError)
  })
})
