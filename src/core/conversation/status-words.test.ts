import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clockTime, duration, elapsedNow, plural, quantity } from './status-words.ts'

test('durations as people say them', () => {
  const said = [0, 1_400, 59_400, 60_000, 135_000, 3_600_000, 3_780_000].map(duration)
  assert.deepEqual(said, ['0 s', '1 s', '59 s', '1 min', '2 min 15 s', '1 h', '1 h 3 min'])
})

test('time that passes is told in coarser steps the longer it takes, and in groups', () => {
  assert.deepEqual(
    [4_999, 5_000, 59_999, 74_999, 75_000, 659_000].map((ms) => elapsedNow(ms, true)),
    [0, 5_000, 55_000, 60_000, 75_000, 600_000],
  )
  assert.deepEqual(
    [14_999, 29_999, 89_999].map((ms) => elapsedNow(ms, false)),
    [0, 15_000, 60_000],
  )
})

test('quantities and counts', () => {
  assert.deepEqual([999, 1_000, 12_345, 999_960, 1_200_000].map(quantity), ['999', '1k', '12.3k', '1M', '1.2M'])
  assert.deepEqual([plural(1, 'file'), plural(2, 'file'), plural(0, 'try', 'tries')], ['1 file', '2 files', '0 tries'])
})

test('times carry their day where it is another', () => {
  const at = new Date('2026-03-02T14:05:00Z')
  assert.equal(clockTime(at, new Date('2026-03-02T23:00:00Z')), '14:05 UTC')
  assert.equal(clockTime(at, new Date('2026-03-03T00:00:00Z')), '2026-03-02 14:05 UTC')
})
