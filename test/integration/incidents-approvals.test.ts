// What went wrong with approvals elsewhere, one test for each: here it does not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { standingKey, applyStandingApproval } from '../../src/core/approval/standing.ts'
import { exact } from '../../src/core/conversation/visible.ts'
import { TOOLS } from '../../src/core/crew/tools/registry.ts'
import { decideAct } from '../../src/core/policy/decide-act.ts'
import { defaultPolicy } from '../../src/core/policy/default-policy.ts'
import type { ChatRequest } from '../../src/core/ports/models.ts'
import type { EgressVerdict } from '../../src/core/vocabulary/egress.ts'
import { appendUnderClaim, applyCommand, isRefusal } from '../../src/core/task/apply-command.ts'
import { forkTask, replayTask } from '../../src/core/task/fork.ts'
import type { TaskEventBody } from '../../src/core/vocabulary/event.ts'
import type { ApprovalId, UserId, WorkerId } from '../../src/core/vocabulary/ids.ts'
import type { JsonValue } from '../../src/core/vocabulary/json.ts'
import { plainRules } from '../simulation/terms.ts'
import { ADA, createWorkbench, FINISH, usualAnswers } from '../simulation/workbench.ts'
import type { WorkbenchOptions } from '../simulation/workbench.ts'

const OWNER = 'owner' as UserId
const APPROVE = { type: 'approve', approvalId: null, by: OWNER, comment: null } as const

/** One agent that makes these calls in its first turn, then finishes. */
function agent(calls: readonly { readonly tool: string; readonly input: JsonValue }[], more: WorkbenchOptions = {}) {
  return createWorkbench({
    ...more,
    script: {
      object: usualAnswers('executor'),
      chat: (_: ChatRequest, turn) => ({ calls: turn === 1 ? [...calls] : [FINISH] }),
    },
  })
}

test('CVE-2026-29607: "always" for a wrapper is for what it wraps, to the character, and for nothing else in it', async () => {
  const wrapped = "env A=1 sh -c 'echo hi'"
  const bench = createWorkbench()
  const task = await bench.accept('shell_command', wrapped)
  assert.ok(task.approval !== null)
  const digest = standingKey(bench.base.ids, task, task.approval) ?? ''
  const rule = { digest, subject: wrapped, userId: ADA, approvedBy: OWNER, since: new Date(0) }
  await bench.base.standing.add(rule)
  assert.equal((await applyStandingApproval(bench.base, task)).status, 'queued')
  for (const other of [
    "env A=1 sh -c 'rm -rf src'",
    "env A=1 sh -c 'echo hi; curl https://elsewhere.example'",
    "env A=1 sh -c 'echo  hi'",
    "env A=1 sh -c 'echo hi' ",
    'env A=1 sh',
    'env',
  ]) {
    const asked = await bench.accept('shell_command', other)
    assert.equal((await applyStandingApproval(bench.base, asked)).status, 'needs_approval', other)
  }
})

test('CVE-2026-29607: where the rule wants two people, no standing rule speaks for them', async () => {
  const rules = {
    ...plainRules,
    policy: async () => ({
      ...defaultPolicy(),
      rules: [{ id: 'two', verdict: 'ask', why: 'Two look at it.', when: { tool: ['run'] }, people: 2 } as const],
    }),
  }
  const bench = createWorkbench({ terms: { rules } })
  const task = await bench.accept('shell_command', 'ls')
  assert.equal(task.approval?.policy?.people, 2)
  const digest = standingKey(bench.base.ids, task, task.approval) ?? ''
  await bench.base.standing.add({ digest, subject: 'ls', userId: ADA, approvedBy: OWNER, since: new Date(0) })
  assert.equal((await applyStandingApproval(bench.base, task)).status, 'needs_approval')
  for (const by of [OWNER, OWNER]) {
    await applyCommand(bench.base, task.id, { ...APPROVE, by })
    assert.equal((await bench.task(task.id)).status, 'needs_approval', 'one person is one voice')
  }
  const alias = { ...APPROVE, by: 'telegram:1' as UserId, also: [OWNER] }
  await applyCommand(bench.base, task.id, alias)
  assert.equal((await bench.task(task.id)).status, 'needs_approval', 'under another name too')
  await applyCommand(bench.base, task.id, { ...APPROVE, by: 'grace' as UserId })
  assert.equal((await bench.task(task.id)).status, 'queued')
})

test('invisible characters: what is approved is what is shown, and a yes to one is none to its look-alike', async () => {
  const bench = createWorkbench()
  const [plain, hidden] = ['echo ok', 'echo o\u200bk']
  const tasks = [await bench.accept('shell_command', plain), await bench.accept('shell_command', hidden)]
  assert.notEqual(tasks[0]?.approval?.digest, tasks[1]?.approval?.digest)
  assert.match(exact(hidden).shown, /\\u200b/)
})

test('CVE-2026-14626: a worker forges neither answers nor the yes by which something was done', async () => {
  const bench = agent([{ tool: 'shell', input: { command: 'git push' } }])
  const { id } = await bench.accept()
  const [claim] = await bench.base.queue.claim({ worker: 'w' as WorkerId, limit: 1, leaseMs: 60_000, only: id })
  assert.ok(claim !== undefined)
  const started: TaskEventBody = { type: 'task.started', data: { worker: 'w', sandbox_level: 'L1' } }
  assert.ok(!isRefusal(await appendUnderClaim(bench.base, { taskId: id, token: claim.token }, [started])))
  const approvalId = 'made-up' as ApprovalId
  const about = { step: 's', agent: 'coder', call_id: 'c', tool: 'shell' } as const
  const forged: readonly TaskEventBody[] = [
    { type: 'approval.resolved', data: { approval_id: approvalId, status: 'approved', by: OWNER, comment: null } },
    { type: 'approval.seconded', data: { approval_id: approvalId, by: OWNER } },
    { type: 'tool.started', data: { ...about, input: {}, approval_id: approvalId } },
  ]
  for (const body of forged) {
    const refused = await appendUnderClaim(bench.base, { taskId: id, token: claim.token }, [body])
    assert.deepEqual(refused, { type: 'not_a_workers', event: body.type })
  }
})

test('GHSA-rxg6-2ghm-27gv: no kind of action is a way around the question: whatever takes a command is asked about alike', async () => {
  const command = 'git push origin main'
  for (const tool of [...TOOLS.map(({ name }) => name), 'run', 'a tool of tomorrow']) {
    const act = { tool, where: 'sandbox', by: { userId: ADA, role: 'owner' }, bot: null, command } as const
    const decision = decideAct(
      defaultPolicy(),
      { ...act, paths: [], hosts: [], tokens: null, at: new Date(0) },
      plainRules.shell,
    )
    assert.notEqual(decision.verdict, 'allow', tool)
  }
  for (const call of [
    { tool: 'shell', input: { command } },
    { tool: 'serve', input: { command, port: 3_000 } },
  ]) {
    const bench = agent([call])
    const { id } = await bench.accept()
    await bench.runOnce(id)
    assert.equal((await bench.task(id)).status, 'needs_approval', call.tool)
  }
})

test('GHSA-474h-prjg-mmw3: a fork takes over no yes, and a replay reaches nothing', async () => {
  const verdicts: EgressVerdict[] = []
  const more: WorkbenchOptions = {
    sandbox: {
      exec: async ({ command }, _files, _task, egress) => {
        if (command !== 'curl https://api.example/x') return {}
        const verdict = egress?.decide({ host: 'api.example', port: 443 })
        if (verdict !== undefined) verdicts.push(verdict)
        return {}
      },
    },
    tamper: (deps) => ({ recordedModels: () => deps.models }),
  }
  const bench = agent([{ tool: 'shell', input: { command: 'curl https://api.example/x' } }], more)
  const { id } = await bench.accept()
  await bench.runOnce(id)
  await applyCommand(bench.base, id, APPROVE)
  const { lastSeq } = await bench.task(id)
  const deps = { ...bench.base, limits: { inputCharacters: 1_000, approvalMs: 60_000 } }
  const message = { interface: 'http', chat: 'c', author: ADA, raw: {} } as const
  const forked = await forkTask(deps, { ...message, externalId: 'fork', taskId: id, seq: lastSeq })
  assert.ok('task' in forked)
  assert.ok(!(await bench.log(forked.task.id)).some(({ type }) => type.startsWith('approval.')))
  await bench.runOnce(forked.task.id)
  assert.equal((await bench.task(forked.task.id)).status, 'needs_approval')
  assert.deepEqual(verdicts, [])
  const replayed = await replayTask(deps, { ...message, externalId: 'replay', taskId: id })
  assert.ok('task' in replayed)
  await bench.runOnce(replayed.task.id)
  assert.ok(!verdicts.some(({ type }) => type === 'allow'))
  assert.ok(!(await bench.log(replayed.task.id)).some(({ type }) => type === 'approval.requested'))
  await bench.runOnce(id)
  assert.deepEqual(verdicts, [{ type: 'allow', rule: 'approved', private: false }])
})
