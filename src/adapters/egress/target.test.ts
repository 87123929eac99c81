import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseTarget } from './target.ts'

test('one host has one spelling', () => {
  const spellings = ['Example.ORG:443', 'example.org.:443', 'EXAMPLE.org:0443']
  for (const spelling of spellings) assert.deepEqual(parseTarget(spelling, null), { host: 'example.org', port: 443 })
  assert.deepEqual(parseTarget('bücher.example', 80), { host: 'xn--bcher-kva.example', port: 80 })
  assert.deepEqual(parseTarget('[2001:DB8:0:0::1]:8443', null), { host: '2001:db8::1', port: 8443 })
})

test('an address is the same address in every notation', () => {
  for (const spelling of [
    '127.0.0.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '0x7f.1',
    '[::ffff:7f00:1]',
  ]) {
    assert.deepEqual(parseTarget(spelling, 80), { host: '127.0.0.1', port: 80 }, spelling)
  }
})

test('what could be read in two ways is no target', () => {
  const odd = [
    '',
    ':443',
    'user:pass@example.org:443',
    'user@example.org:443',
    'example.org',
    'example.org:',
    'example.org:0',
    'example.org:65536',
    'example.org:-1',
    'example.org:443x',
    'example.org:443:443',
    'example.org:4 43',
    'example.org/path:443',
    'example.org\\evil.test:443',
    'example.org#:443',
    'example.org?:443',
    'exam%70le.org:443',
    'example.org%00.evil.test:443',
    'example..org:443',
    '.example.org:443',
    '-.example.org:443',
    'exa mple.org:443',
    'example.org\t:443',
    'exam\u00adple.org:443',
    'exam\u200bple.org:443',
    '[fe80::1%25eth0]:443',
    '[::1:443',
    '::1:443',
    '[example.org]:443',
    '256.1.1.1:443',
    '1.2.3.4.5:443',
    `${'a'.repeat(64)}.org:443`,
    `${'a.'.repeat(127)}org:443`,
  ]
  for (const text of odd) assert.equal(parseTarget(text, null), null, JSON.stringify(text))
})

test('whatever is a target stays the same target when it is read again', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.domain(),
        fc.ipV4(),
        fc.ipV6().map((text) => `[${text}]`),
      ),
      (text) => {
        const target = parseTarget(text, 443)
        if (target === null) return
        assert.match(target.host, /^[a-z0-9._:-]+$/)
        const again = target.host.includes(':') ? `[${target.host}]` : target.host
        assert.deepEqual(parseTarget(`${again}:${target.port}`, null), target)
      },
    ),
  )
})
