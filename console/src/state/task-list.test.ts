import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeList, EMPTY_LIST, isNews, isShown } from './task-list.ts'
import type { WireTask } from './wire.ts'

function task(id: string, minute: number, changes: Partial<WireTask> = {}): WireTask {
  const at = new Date(Date.UTC(2026, 2, 2, 9, minute)).toISOString()
  return {
    id,
    user_id: 'owner',
    input_text: `make ${id}`,
    task_type: null,
    status: 'running',
    created_at: at,
    updated_at: at,
    result: null,
    error: null,
    routing: null,
    approval: null,
    last_seq: 5,
    ...changes,
  }
}

test('pages, polls and single tasks fold into one list, newest first', () => {
  let list = changeList(EMPTY_LIST, { type: 'newest', page: { items: [task('c', 3), task('b', 2)], next_cursor: 'b' } })
  list = changeList(list, { type: 'older', page: { items: [task('a', 1)], next_cursor: null } })
  list = changeList(list, { type: 'task', task: task('d', 4) })
  list = changeList(list, { type: 'newest', page: { items: [task('d', 4), task('c', 3)], next_cursor: 'c' } })
  assert.deepEqual(list.order, ['d', 'c', 'b', 'a'])
  assert.equal(list.cursor, null)
})

test('an answer that is older than what is known changes nothing', () => {
  const done = task('a', 1, { status: 'completed', last_seq: 9 })
  const list = changeList(EMPTY_LIST, { type: 'task', task: done })
  assert.equal(changeList(list, { type: 'task', task: task('a', 1) }).byId.get('a')?.status, 'completed')
})

test('a hint is news when it tells of another status, or of a task not known', () => {
  const list = changeList(EMPTY_LIST, { type: 'task', task: task('a', 1) })
  assert.equal(isNews(list, { task_id: 'a', last_seq: 8, status: 'running' }), false)
  assert.equal(isNews(list, { task_id: 'a', last_seq: 8, status: 'completed' }), true)
  assert.equal(isNews(list, { task_id: 'a', last_seq: 5, status: 'completed' }), false)
  assert.equal(isNews(list, { task_id: 'b', last_seq: 1, status: 'pending' }), true)
})

test('filters go by status and by words', () => {
  assert.equal(isShown(task('a', 1), 'active', ''), true)
  assert.equal(isShown(task('a', 1), 'waiting', ''), false)
  assert.equal(isShown(task('a', 1, { status: 'aborted' }), 'failed', ''), true)
  assert.equal(isShown(task('Bakery', 1), 'all', 'bakery'), true)
})
