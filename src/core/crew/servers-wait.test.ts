// A yes is to a call on these files: nothing that the agent left running may change them before it is carried out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorkbench, FINISH, usualAnswers } from '../../../test/simulation/workbench.ts'
import type { ChatRequest } from '../ports/models.ts'
import { applyCommand, isRefusal } from '../task/apply-command.ts'
import type { UserId } from '../vocabulary/ids.ts'

const PUSH = 'git push origin main'
const TURNS = [
  [{ tool: 'serve', input: { command: 'node server.js', port: 3_000 } }],
  [{ tool: 'shell', input: { command: PUSH } }],
]

test('servers come back after what was approved was done, not before', async () => {
  const order: string[] = []
  const bench = createWorkbench({
    script: {
      object: usualAnswers('executor'),
      chat: (_: ChatRequest, turn) => ({ calls: [...(TURNS[turn - 1] ?? [FINISH])] }),
    },
    sandbox: {
      exec: async ({ command }) => {
        if (command === PUSH) order.push('push')
        return {}
      },
      serve: async ({ port }) => {
        order.push('serve')
        return { type: 'listening', processId: '1', port, output: '' }
      },
    },
  })
  const { id } = await bench.accept()
  await bench.runOnce(id)
  const { status, approval } = await bench.task(id)
  assert.deepEqual([status, approval?.subject, order], ['needs_approval', PUSH, ['serve']])
  const by = 'owner' as UserId
  const after = await applyCommand(bench.base, id, {
    type: 'approve',
    approvalId: approval?.id ?? null,
    by,
    comment: null,
  })
  assert.ok(!isRefusal(after))
  await bench.runOnce(id)
  assert.equal((await bench.task(id)).status, 'completed')
  assert.deepEqual(order.slice(0, 3), ['serve', 'push', 'serve'])
})
