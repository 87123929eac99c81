import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fillFile, fillText, isProjectName, projectNames } from './fill-template.ts'

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,3}$/)
const names = fc.tuple(name, fc.string({ unit: 'binary' })).map(([one, title]) => projectNames(one, title))
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

test('nothing but the two placeholders is touched', () => {
  const other = fc.string({ unit: 'binary' }).filter((text) => !/\{\{(?:name|title)\}\}/.test(text))
  fc.assert(fc.property(other, names, (text, it) => assert.equal(fillText(text, it), text)))
  assert.equal(
    fillText('{{ name }} {name} {{names}} ${{ title }} {{NAME}}', projectNames('a')),
    '{{ name }} {name} {{names}} ${{ title }} {{NAME}}',
  )
})

test('every placeholder is filled, in one pass, with what was given and nothing that could be filled again', () => {
  const parts = fc.array(fc.constantFrom('{{name}}', '{{title}}', 'a', ' { ', '}} '), { maxLength: 20 })
  fc.assert(
    fc.property(parts, names, (list, it) => {
      const filled = fillText(list.join('|'), it)
      const expected = list.map((part) => (part === '{{name}}' ? it.name : part === '{{title}}' ? it.title : part))
      assert.equal(filled, expected.join('|'))
      assert.equal(fillText(filled, it), filled)
    }),
  )
})

test('a title means nothing to markup, code, YAML or a shell, and is never empty', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (given) => {
      const { title } = projectNames('my-shop', given)
      assert.match(title, /^[\p{L}\p{N}\p{M} ._-]{1,200}$/u)
      assert.equal(title.trim(), title)
    }),
  )
  assert.equal(projectNames('my-shop').title, 'My shop')
  assert.equal(projectNames('my-shop', 'Ädas <b>"Café"</b> №1').title, 'Ädas b Café b 1')
  assert.equal(projectNames('my-shop', '"<>"').title, 'my-shop')
})

test('a name that could be something else is none', () => {
  for (const bad of ['', 'A', '-a', 'a-', 'a--b', '1a', 'a_b', 'a/b', '../a', 'a b', 'a'.repeat(61), 'é'])
    assert.equal(isProjectName(bad), false, bad)
  for (const good of ['a', 'my-shop', 'shop2', 'a-1-b']) assert.equal(isProjectName(good), true, good)
  assert.throws(() => projectNames('../etc'), /not a project's name/)
})

test('what is no text comes out to the byte', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (noise) => {
      const bytes = new Uint8Array([...noise, 0, ...bytesOf('{{name}}')])
      assert.deepEqual(fillFile({ path: 'x', bytes }, projectNames('a')).bytes, bytes)
    }),
  )
  const broken = new Uint8Array([0xff, 0xfe, ...bytesOf('{{name}}')])
  assert.deepEqual(fillFile({ path: 'x', bytes: broken }, projectNames('a')).bytes, broken)
  const marked = bytesOf('\ufeff{{name}}')
  assert.deepEqual(fillFile({ path: 'x', bytes: marked }, projectNames('ab')).bytes, bytesOf('\ufeffab'))
})
