import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitBefore } from './backoff.ts'
import { roundOf, sayInput, sectionKeyOf } from './log-entry.ts'
import { readProse } from './prose.ts'
import { readRequest } from './request.ts'
import { readRoute, routeLink } from './route.ts'
import { safeLink } from './safe-link.ts'
import { sayAge, sayBytes, sayClock, sayDuration, sayUntil } from './time.ts'

test('steps belong to the subtask, round or step they are part of', () => {
  assert.equal(sectionKeyOf('subtask/api/turn/3/tools'), 'subtask/api')
  assert.equal(sectionKeyOf('gate/2'), 'gate/2')
  assert.equal(sectionKeyOf('plan'), 'plan')
  assert.equal(roundOf('gate/1'), null)
  assert.equal(roundOf('repair/3'), 3)
})

test('a tool call is named by what matters in its input', () => {
  assert.equal(sayInput({ content: 'long', path: 'a.ts' }), 'a.ts')
  assert.equal(sayInput({ depth: 3 }), '3')
  assert.equal(sayInput(null), 'null')
})

test('a literal command is told from a request; nothing is nothing', () => {
  assert.deepEqual(readRequest('  make a page '), { input_text: 'make a page' })
  assert.deepEqual(readRequest('/run ls -la'), { input_text: 'ls -la', task_type: 'shell_command' })
  assert.deepEqual(readRequest('/running late'), { input_text: '/running late' })
  assert.equal(readRequest('/run '), null)
  assert.equal(readRequest(' \n'), null)
})

test('every place has an address that leads back to it', () => {
  for (const route of [
    { type: 'chat' },
    { type: 'tasks' },
    { type: 'system' },
    { type: 'task', id: 'a/b', tab: null },
    { type: 'task', id: 'x', tab: 'log' },
    { type: 'control', page: 'policy', task: null },
    { type: 'control', page: 'audit', task: 'a/b' },
  ] as const) {
    assert.deepEqual(readRoute(routeLink(route)), route)
  }
  assert.deepEqual(readRoute('#/control/nonsense'), { type: 'control', page: 'audit', task: null })
  assert.deepEqual(readRoute('#/nonsense'), { type: 'chat' })
  assert.deepEqual(readRoute('#/task/%E0%A4%A'), { type: 'task', id: '%E0%A4%A', tab: null })
})

test('only pages become links', () => {
  const base = 'http://127.0.0.1:7070/'
  assert.equal(safeLink('/p/abc/', base), 'http://127.0.0.1:7070/p/abc/')
  assert.equal(safeLink('javascript:alert(1)', base), null)
  assert.equal(safeLink(' java\nscript:alert(1)', base), null)
  assert.equal(safeLink('data:text/html,x', base), null)
  assert.equal(safeLink('http://[', base), null)
  assert.equal(safeLink(null, base), null)
})

test('prose keeps every character that it does not understand', () => {
  assert.deepEqual(readProse('# T\nplain <b>\n- a `x`\n- **b**\n```js\nlet a\n```\n1. one'), [
    { type: 'heading', spans: [{ type: 'text', text: 'T' }] },
    { type: 'paragraph', spans: [{ type: 'text', text: 'plain <b>' }] },
    {
      type: 'list',
      ordered: false,
      items: [
        [
          { type: 'text', text: 'a ' },
          { type: 'code', text: 'x' },
        ],
        [{ type: 'strong', text: 'b' }],
      ],
    },
    { type: 'code', text: 'let a' },
    { type: 'list', ordered: true, items: [[{ type: 'text', text: 'one' }]] },
  ])
  assert.deepEqual(readProse('```\nnever closed'), [{ type: 'code', text: 'never closed' }])
})

test('times and sizes as a person says them', () => {
  const now = Date.parse('2026-03-02T09:00:00Z')
  assert.equal(sayDuration(840), '840 ms')
  assert.equal(sayDuration(5_240), '5.2 s')
  assert.equal(sayDuration(185_000), '3 min 05 s')
  assert.equal(sayDuration(7_800_000), '2 h 10 min')
  assert.equal(sayDuration(604_740_000), '6 d 23 h')
  assert.equal(sayClock(3_723_000), '1:02:03')
  assert.equal(sayAge('2026-03-02T08:55:00Z', now), '5 min ago')
  assert.equal(sayUntil('2026-03-02T08:59:59Z', now), 'expired')
  assert.equal(sayUntil('2026-03-02T09:00:42Z', now), 'in 42 s')
  assert.equal(sayBytes(1_284), '1.3 kB')
})

test('attempts to reconnect grow apart up to a limit', () => {
  const waits = [0, 1, 2, 50].map((attempt) => waitBefore(attempt, 1))
  assert.deepEqual(waits, [250, 500, 1_000, 15_000])
  assert.equal(waitBefore(50, 0), 7_500)
})
