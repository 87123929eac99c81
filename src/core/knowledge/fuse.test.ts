import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SourceId } from '../vocabulary/ids.ts'
import type { KnowledgeHit } from '../vocabulary/knowledge.ts'
import { fuse } from './fuse.ts'

const hit = (text: string, score = 1): KnowledgeHit => ({
  sourceId: 's' as SourceId,
  title: 't',
  uri: 'u',
  heading: 'h',
  text,
  score,
})
const list = (...texts: string[]) => texts.map((text) => hit(text))
const order = (hits: readonly KnowledgeHit[]) => hits.map(({ text }) => text)

test('what stands well in both lists beats what stands first in one', () => {
  assert.deepEqual(order(fuse([list('a', 'both', 'c'), list('x', 'both', 'z')], 10)), ['both', 'a', 'x', 'c', 'z'])
})

test('the scores are the sums of 1 / (60 + rank), whatever the lists gave', () => {
  const [first] = fuse([[hit('a', 0.1)], [hit('b', 900), hit('a', 800)]], 1)
  assert.equal(first?.text, 'a')
  assert.equal(first?.score, 1 / 61 + 1 / 62)
})

test('one list keeps its order, none gives nothing, and no more come than are wanted', () => {
  assert.deepEqual(order(fuse([list('a', 'b', 'c')], 2)), ['a', 'b'])
  assert.deepEqual(fuse([], 5), [])
  assert.deepEqual(fuse([list('a')], 0), [])
})

test('the same text from two sources is told once, and does not count twice', () => {
  assert.deepEqual(
    order(fuse([list('a', 'same', 'same'), list('b', 'c', 'd')], 10)).filter((text) => text === 'same').length,
    1,
  )
  assert.equal(fuse([list('same', 'same')], 10)[0]?.score, 1 / 61)
})
