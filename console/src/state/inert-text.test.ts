import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reveal, revealHidden, stripTerminal, toLine, toPlain } from './inert-text.ts'

const shown = (text: string) =>
  reveal(text)
    .map((piece) => (piece.escape ? `[${piece.text}]` : piece.text))
    .join('')

test('terminal escapes leave nothing behind', () => {
  assert.equal(stripTerminal('\u001b[31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007'), 'red link')
  assert.equal(stripTerminal('\u001b]0;title\u001b\\text\u001b[2J\u001b[1;1H'), 'text')
  assert.equal(stripTerminal('cut off \u001b[3'), 'cut off ')
})

test('a carriage return leaves what a terminal would show', () => {
  assert.equal(stripTerminal('10 %\r50 %\r100 %\r\ndone'), '100 %\ndone')
})

test('controls and bidirectional overrides are spelt out in reading text, joined emoji are left whole', () => {
  assert.equal(toPlain('a\u202eb\u0000c'), 'a\\u{202E}b\\u{0000}c')
  assert.equal(toPlain('👩‍💻 fine'), '👩‍💻 fine')
  assert.equal(toPlain('tab\tand\nline'), 'tab\tand\nline')
})

test('one line stays one line, of the wanted length', () => {
  assert.equal(toLine('  a\n b\tc '), 'a b c')
  assert.equal(toLine('x'.repeat(500), 10), `${'x'.repeat(9)}…`)
})

test('what is approved shows every invisible character', () => {
  assert.equal(shown('rm\u200b -rf\u00a0/'), 'rm[\\u{200B}] -rf[\\u{00A0}]/')
  assert.equal(shown('echo \u202etxt.exe'), 'echo [\\u{202E}]txt.exe')
  assert.equal(shown('a\ufe0fb\u{e0041}c\u0007'), 'a[\\u{FE0F}]b[\\u{E0041}]c[\\u{0007}]')
  assert.equal(shown('\u001b[31mred'), '[\\u{001B}][31mred')
})

test('what is approved shows letters and signs that pose as others', () => {
  assert.equal(shown('curl ex\u0430mple.com'), 'curl ex[\\u{0430}]mple.com')
  // Each of these four Cyrillic letters looks Latin, so the word as a whole does.
  assert.equal(shown('сору'), '[\\u{0441}][\\u{043E}][\\u{0440}][\\u{0443}]')
  assert.equal(shown('ls \u2013la \u2215etc'), 'ls [\\u{2013}]la [\\u{2215}]etc')
  assert.equal(shown('ｓudo 𝐫m'), '[\\u{FF53}]udo [\\u{1D42B}]m')
  assert.equal(shown('a\u0338b'), 'a[\\u{0338}]b')
})

test('what is approved stays readable in other languages', () => {
  assert.equal(shown('echo "привет, κόσμε, 你好, naïve"'), 'echo "привет, κόσμε, 你好, naïve"')
})

test('what was understood is words: its quotes and letters stay, what hides in them does not', () => {
  assert.deepEqual(revealHidden('says “Hi” — Привет, naïve…\n\u202ereversed'), [
    { text: 'says “Hi” — Привет, naïve…\n', escape: false },
    { text: '\\u{202E}', escape: true },
    { text: 'reversed', escape: false },
  ])
})
