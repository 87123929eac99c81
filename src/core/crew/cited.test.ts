// Marks of sources in answers, and the length of answers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cited, withinWords } from './cited.ts'

const known = [1, 2, 3].map((mark) => ({ mark, title: `T${mark}`, uri: `u${mark}` }))

for (const [text, expected, marks] of [
  ['It runs on Node [1].', 'It runs on Node [1].', [1]],
  ['Node[3] and tests [1, 3].', 'Node[3] and tests [1, 3].', [1, 3]],
  ['Made up [9], and [2, 9] too [4][1].', 'Made up, and [2] too[1].', [1, 2]],
  ['[1] stands for a list\n[2] of things.', '[1] stands for a list\n[2] of things.', []],
  ['See [1](http://x) and [2]: there.', 'See [1](http://x) and [2]: there.', []],
  ['Call `f()` [2] or `g()` [9].', 'Call `f()` [2] or `g()`.', [2]],
  ['`a[9]` and\n```\nb [8]\n```\nand [8]', '`a[9]` and\n```\nb [8]\n```\nand', []],
] as const) {
  test(`marks: ${JSON.stringify(text)}`, () => {
    const answer = cited(text, known)
    assert.equal(answer.text, expected)
    assert.deepEqual(
      answer.sources.map(({ mark }) => mark),
      marks,
    )
  })
}

test('where nothing is known, no mark is left that looks like a source, and code in prose stays', () => {
  assert.deepEqual(cited('Yes [1]. Take list[0].', []), { text: 'Yes. Take list[0].', sources: [] })
})

test('a long answer is cut behind a word and says so, also in the middle of code', () => {
  assert.equal(withinWords('one two  three', 3), 'one two  three')
  assert.equal(withinWords('one two three', 2), 'one two\n\n(Cut off here, after 2 words.)')
  assert.equal(withinWords('see\n```\ncode goes on\n```', 3), 'see\n```\ncode\n```\n\n(Cut off here, after 3 words.)')
  const long = withinWords('word '.repeat(5_000))
  assert.equal(long.split(/\s+/).length, 1_000 + 6)
})
