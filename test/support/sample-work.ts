// The parts of a sample piece of work: its plan, its checks, and how its steps look in the log.
import type { TaskEventBody } from '../../src/core/vocabulary/event.ts'
import type { CommitId, TaskId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { CheckReport } from '../../src/core/vocabulary/check.ts'
import { NO_RESULT } from '../../src/core/vocabulary/task.ts'
import type { TaskResult } from '../../src/core/vocabulary/task.ts'

export const SAMPLE_TASK = '0199d0c4-2f6e-7c1a-9b54-6f0a3c7be100' as TaskId
export const ADA = 'telegram:4711' as UserId
export const SAMPLE_COMMIT = '4f2a90c1d3b7e8a6540912fe77ab3cd01e95f6b2' as CommitId
export const commit = (n: number) => n.toString(16).padStart(2, '0').repeat(20) as CommitId
export const REQUEST =
  'A small shop for my pottery: a page with the mugs I make, a basket, and an order form that sends me an e-mail'

const USAGE = { input_tokens: 4_210, output_tokens: 903, cached_input_tokens: 2_048 }
const MODEL = { provider: 'example', model: 'large-1', offline: false } as const

export type Timed = readonly [afterMs: number, ...bodies: readonly TaskEventBody[]]

export function turn(step: string, agent: string, title: string, ms: number, fromCache = false): readonly Timed[] {
  return [
    [40, { type: 'step.started', data: { step, agent, title } }],
    [
      ms,
      {
        type: 'usage.recorded',
        data: {
          step,
          agent,
          tier: 'main',
          ...(fromCache ? { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0, from_cache: true } : USAGE),
          ...MODEL,
        },
      },
      { type: 'step.completed', data: { step, agent, output: {}, commit: null, duration_ms: ms } },
    ],
  ]
}

export function tools(step: string, agent: string, n: number, ms: number, branch?: string): readonly Timed[] {
  const about = { step, agent, call_id: `${step}-call`, tool: 'write' }
  return [
    [20, { type: 'tool.started', data: { ...about, input: { path: 'src/a.js' } } }],
    [
      ms,
      { type: 'tool.finished', data: { ...about, ok: true, output: 'written', duration_ms: ms } },
      {
        type: 'step.completed',
        data: {
          step,
          agent,
          output: {},
          commit: commit(n),
          duration_ms: ms,
          ...(branch === undefined ? {} : { branch }),
        },
      },
    ],
  ]
}

export function subtask(id: string, role: string, title: string, n: number, branched: boolean): readonly Timed[] {
  const step = `subtask/${id}`
  const branch = branched ? id : undefined
  return [
    [10, { type: 'step.started', data: { step, agent: role, title } }],
    ...turn(`${step}/turn/1`, role, `${title}, turn 1`, 8_400),
    ...tools(`${step}/turn/1/tools`, role, n, 320, branch),
    ...turn(`${step}/turn/2`, role, `${title}, turn 2`, 5_100, n === 2),
    [
      5,
      {
        type: 'step.completed',
        data: { step, agent: role, output: { summary: title }, commit: null, duration_ms: 14_100 },
      },
    ],
    ...(branched
      ? ([
          [
            60,
            {
              type: 'branch.merged',
              data: {
                step: `merge/${id}`,
                agent: 'platform',
                branch: id,
                commit: commit(n + 16),
                conflicts: id === 'basket' ? ['public/app.js'] : [],
              },
            },
          ],
        ] as const)
      : []),
  ]
}

export const SUBTASKS = [
  {
    id: 'skeleton',
    title: 'Lay out the project',
    role: 'coder',
    instructions: 'Lay it out.',
    acceptance: ['npm test runs'],
    depends_on: [],
  },
  {
    id: 'catalogue',
    title: 'The page with the mugs',
    role: 'frontend',
    instructions: 'Write it.',
    acceptance: ['Every mug has a picture and a price', 'It reads well on a phone'],
    depends_on: ['skeleton'],
  },
  {
    id: 'basket',
    title: 'The basket',
    role: 'frontend',
    instructions: 'Write it.',
    acceptance: ['It survives a reload'],
    depends_on: ['skeleton'],
  },
  {
    id: 'orders',
    title: 'Take orders and send them by e-mail',
    role: 'backend',
    instructions: 'Write it.',
    acceptance: ['An order without an address is refused'],
    depends_on: ['skeleton'],
  },
  {
    id: 'tests',
    title: 'Tests for orders and basket',
    role: 'tester',
    instructions: 'Test it.',
    acceptance: ['Prices are added up right'],
    depends_on: ['basket', 'orders'],
  },
  {
    id: 'serve',
    title: 'Serve it',
    role: 'executor',
    instructions: 'Serve it.',
    acceptance: ['A preview is there'],
    depends_on: ['catalogue', 'tests'],
  },
]

const BASE_CHECK = { command: null, exit_code: null, duration_ms: 0, output: '', reason: null } as const
export const SAMPLE_CHECKS: readonly CheckReport[] = [
  {
    ...BASE_CHECK,
    check: 'npm test',
    kind: 'tests',
    status: 'passed',
    command: 'node --run test',
    exit_code: 0,
    duration_ms: 2_310,
    output:
      '✔ an order without an address is refused (3.1ms)\n✔ prices are added up in cents (0.9ms)\nℹ tests 14\nℹ pass 14\nℹ fail 0',
  },
  {
    ...BASE_CHECK,
    check: 'tsc',
    kind: 'types',
    status: 'passed',
    command: 'tsc --noEmit',
    exit_code: 0,
    duration_ms: 3_840,
  },
  {
    ...BASE_CHECK,
    check: 'eslint',
    kind: 'lint',
    status: 'failed',
    failed_before: true,
    command: 'eslint .',
    exit_code: 1,
    duration_ms: 1_120,
    reason: 'It ended with exit code 1.',
    output: "legacy/old.js\n  12:7  error  'total' is assigned a value but never used  no-unused-vars",
    findings: [
      {
        file: 'legacy/old.js',
        line: 12,
        rule: 'no-unused-vars',
        message: "'total' is assigned a value but never used",
        severity: 'error',
      },
    ],
  },
  { ...BASE_CHECK, check: 'secrets', kind: 'secrets', status: 'passed', duration_ms: 160 },
  {
    ...BASE_CHECK,
    check: 'preview on 3000',
    kind: 'preview',
    status: 'passed',
    command: 'node page-check 3000',
    exit_code: 0,
    duration_ms: 240,
  },
  {
    ...BASE_CHECK,
    check: 'docker build',
    kind: 'containers',
    status: 'skipped',
    reason: 'There is no container engine on this machine.',
  },
]

export const PATCH = `diff --git a/src/orders.js b/src/orders.js
new file mode 100644
--- /dev/null
+++ b/src/orders.js
@@ -0,0 +1,6 @@
+// Takes orders: an order without an address is none.
+export function takeOrder(order, send) {
+  if (!order.address?.trim()) return { ok: false, why: 'Where shall it go?' }
+  return send(order).then(() => ({ ok: true }))
+}
diff --git a/README.md b/README.md
--- a/README.md
+++ b/README.md
@@ -1,2 +1,2 @@
-# shop
+# Mugs by Ada
 Run it with npm start.
`

export const SAMPLE_RESULT: TaskResult = {
  ...NO_RESULT,
  summary:
    'The shop shows eight mugs, keeps the basket across visits, and sends each order by e-mail.\nOrders without an address are refused with a sentence that says what is missing.',
  preview_url: 'http://p-4kq7.localhost:4180/',
  commit: SAMPLE_COMMIT,
  changed_files: ['src/orders.js', 'README.md', 'public/index.html'],
  checks: SAMPLE_CHECKS,
  usage: { ...USAGE, model_calls: 14 },
}
