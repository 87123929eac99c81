// Counting, in several scripts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countText, topWords } from '../src/text.js'

test('lines, words and characters are counted as people see them', () => {
  assert.deepEqual(countText(''), { lines: 0, words: 0, characters: 0 })
  assert.deepEqual(countText('one two\nthree\n'), { lines: 2, words: 3, characters: 14 })
  assert.deepEqual(countText('Ça va? 👩‍👩‍👧'), { lines: 0, words: 2, characters: 8 })
})

test('the most frequent words come first, however they are written', () => {
  assert.deepEqual(topWords('The cat and the dog. THE end, and more.', 2), [
    { word: 'the', count: 3 },
    { word: 'and', count: 2 },
  ])
  assert.deepEqual(topWords('', 5), [])
})
