// Questions in the middle of work: an agent that wants out is stopped, asked about, and goes on with the answer; a yes is used once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createWorkbench, FINISH, usualAnswers } from '../../../test/simulation/workbench.ts'
import type { WorkbenchOptions } from '../../../test/simulation/workbench.ts'
import { plainRules } from '../../../test/simulation/terms.ts'
import { policyOf } from '../policy/default-policy.ts'
import type { ChatRequest } from '../ports/models.ts'
import { applyCommand, isRefusal } from '../task/apply-command.ts'
import type { TaskCommand } from '../task/decide.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { Task } from '../vocabulary/task.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import type { JsonValue } from '../vocabulary/json.ts'

const OWNER = 'owner' as UserId
const PUSH = 'git push origin main'
const call = (tool: string, input: JsonValue) => ({ tool, input })
const shell = (command: string) => call('shell', { command })
type Calls = readonly { readonly tool: string; readonly input: JsonValue }[]

/** An agent that does these turns, one after the other, and what it was told by its tools. */
function stage(turns: readonly Calls[], options: WorkbenchOptions = {}) {
  const ran: string[] = []
  const told: string[] = []
  const bench = createWorkbench({
    ...options,
    script: {
      object: usualAnswers(),
      chat: ({ messages }: ChatRequest, turn) => {
        for (const message of messages)
          if (message.role === 'tool' && !told.includes(message.output)) told.push(message.output)
        return { calls: [...(turns[turn - 1] ?? [FINISH])] }
      },
    },
    sandbox: {
      ...options.sandbox,
      exec: async (command, ...rest) => {
        ran.push(command.command)
        return (await options.sandbox?.exec?.(command, ...rest)) ?? {}
      },
    },
  })
  const answer = async (id: TaskId, command: Partial<TaskCommand>): Promise<Task> => {
    const approvalId = (await bench.task(id)).approval?.id ?? null
    const whole = { approvalId, by: OWNER, comment: null, ...command } as TaskCommand
    const after = await applyCommand(bench.base, id, whole)
    assert.ok(!isRefusal(after), JSON.stringify(after))
    return after
  }
  /** Until it is over or asks. */
  const work = async (id: TaskId): Promise<Task> => {
    for (let run = 0; run < 5; run += 1) {
      const { status } = await bench.task(id)
      if (isTerminal(status) || status === 'needs_approval') break
      await bench.runOnce(id)
    }
    return bench.task(id)
  }
  return { bench, ran, told, answer, work, pushes: () => ran.filter((command) => command === PUSH).length }
}

test('what leaves the machine waits for a yes: nothing is held meanwhile, and it is done once', async () => {
  const { bench, work, answer, pushes } = stage([[call('write', { path: 'a.js', content: '1' }), shell(PUSH)]])
  const { id } = await bench.accept()
  const asked = await work(id)
  assert.equal(asked.status, 'needs_approval')
  assert.equal(asked.approval?.kind, 'tool')
  assert.equal(asked.approval.subject, PUSH)
  assert.deepEqual(asked.approval.policy?.classes, ['network'])
  assert.equal(pushes(), 0)
  const log = await bench.log(id)
  assert.ok(!log.some(({ type }) => type === 'step.failed'))
  // What the turn did before is recorded, and the yes is to the files with it.
  const commits = await bench.told(id, 'step.completed')
  assert.equal(asked.approval.binding?.tree, commits.findLast(({ commit }) => commit !== null)?.commit)
  assert.ok(bench.files.get(id)?.has('a.js'))
  await answer(id, { type: 'approve' })
  assert.equal((await work(id)).status, 'completed')
  assert.equal(pushes(), 1)
  const started = (await bench.told(id, 'tool.started')).filter(({ approval_id }) => approval_id !== undefined)
  assert.deepEqual(
    started.map(({ approval_id }) => approval_id),
    [asked.approval.id],
  )
})

test('a no is told to the agent with its reason, an answer that never comes counts as one, and the work goes on', async () => {
  for (const [command, words] of [
    [{ type: 'reject', comment: 'not on a Friday' }, /said no[^]*not on a Friday/],
    [{ type: 'supersede', comment: 'use the mirror' }, /said no[^]*use the mirror/],
    [{ type: 'expire' }, /Nobody answered in time/],
  ] as const) {
    const { bench, work, told, pushes } = stage([[shell(PUSH)], [shell(PUSH)]])
    const { id } = await bench.accept()
    await work(id)
    const late = new Date(Date.now() + 120_000)
    const clock = command.type === 'expire' ? { ...bench.base.clock, now: () => late } : bench.base.clock
    const whole = { by: OWNER, approvalId: null, ...command } as TaskCommand
    assert.ok(!isRefusal(await applyCommand({ ...bench.base, clock }, id, whole)))
    assert.equal((await work(id)).status, 'completed')
    assert.equal(pushes(), 0)
    assert.match(told.join('\n'), words)
    assert.equal(
      (await bench.told(id, 'approval.requested')).length,
      1,
      'the same again, on the same files, is refused',
    )
  }
})

test('a yes is used up: the same once more is asked about once more', async () => {
  const { bench, work, answer, pushes } = stage([[shell(PUSH), shell(PUSH)]])
  const { id } = await bench.accept()
  await work(id)
  await answer(id, { type: 'approve' })
  assert.equal((await work(id)).status, 'needs_approval')
  assert.equal(pushes(), 1)
  await answer(id, { type: 'approve' })
  assert.equal((await work(id)).status, 'completed')
  assert.equal(pushes(), 2)
})

test('a yes that its work comes to only after it ran out is asked for once more', async () => {
  let ahead = 0
  const { bench, work, answer, pushes } = stage([[shell(PUSH)]], {
    tamper: ({ clock }) => ({ clock: { ...clock, now: () => new Date(clock.now().getTime() + ahead) } }),
  })
  const { id } = await bench.accept()
  const first = await work(id)
  await answer(id, { type: 'approve' })
  ahead = 86_400_000
  const second = await work(id)
  assert.equal(second.status, 'needs_approval')
  assert.equal(second.approval?.digest, first.approval?.digest)
  assert.notEqual(second.approval?.id, first.approval?.id)
  assert.equal(pushes(), 0)
  const again = { type: 'approve', approvalId: null, by: OWNER, comment: null } as const
  assert.ok(!isRefusal(await applyCommand(bench.deps, id, again)))
  assert.equal((await work(id)).status, 'completed')
  assert.equal(pushes(), 1)
})

test('a worker that dies in what was approved leaves it undone: it is not done again, and the agent knows', async () => {
  const dying = new AbortController()
  const { bench, work, answer, told, pushes } = stage([[shell(PUSH)]], {
    sandbox: {
      exec: async ({ command }) => {
        if (command === PUSH) dying.abort('lost')
        return {}
      },
    },
  })
  const { id } = await bench.accept()
  await work(id)
  await answer(id, { type: 'approve' })
  const [claim] = [await bench.runOnce(id, dying.signal)]
  assert.equal(claim.type, 'dropped')
  await bench.expireLeases()
  assert.equal((await work(id)).status, 'completed')
  assert.equal(pushes(), 1)
  assert.match(told.join('\n'), /its outcome was lost/)
})

test('a host is asked about by its name, once for the task; with a no it is refused from then on', async () => {
  for (const yes of [true, false]) {
    const curl = 'curl https://not-listed.example/data'
    const { bench, work, answer, ran, told } = stage([[shell(curl)], [shell(`${curl}/2`)]])
    const { id } = await bench.accept()
    const { approval } = await work(id)
    assert.equal(approval?.kind, 'egress')
    assert.equal(approval.subject, 'not-listed.example')
    await answer(id, { type: yes ? 'approve' : 'reject' })
    assert.equal((await work(id)).status, 'completed')
    assert.equal(ran.filter((command) => command.startsWith('curl')).length, yes ? 2 : 0)
    if (!yes) assert.match(told.join('\n'), /not to be reached/)
    assert.equal((await bench.told(id, 'approval.requested')).length, 1)
  }
})

test('a program that fails for want of a host is done over once the host is allowed', async () => {
  let reached = 0
  const { bench, work, answer, ran } = stage([[shell('node fetch.js')]], {
    sandbox: {
      exec: async ({ command }, _files, _task, egress) => {
        if (command !== 'node fetch.js') return {}
        const target = { host: 'data.example', port: 8443 }
        const verdict = egress?.decide(target)
        assert.ok(egress != null && verdict !== undefined)
        const counts = { address: null, bytesOut: 1, bytesIn: 2, secrets: [], why: null }
        egress.report({ ...target, ...counts, verdict: verdict.type, rule: verdict.rule })
        if (verdict.type !== 'allow') return { exitCode: 1 }
        reached += 1
        return {}
      },
    },
  })
  const { id } = await bench.accept()
  const { approval } = await work(id)
  assert.equal(approval?.kind, 'egress')
  assert.equal(approval.subject, 'data.example:8443')
  assert.equal(reached, 0)
  await answer(id, { type: 'approve' })
  assert.equal((await work(id)).status, 'completed')
  assert.equal(reached, 1)
  assert.equal(ran.filter((command) => command === 'node fetch.js').length, 2)
  const decided = await bench.told(id, 'egress.decided')
  assert.deepEqual(
    decided.map(({ verdict, rule }) => [verdict, rule]),
    [
      ['ask', 'default.egress'],
      ['allow', 'approved'],
    ],
  )
})

test('a yes opens no private network; where the operator listed the host as private, it takes nothing away', async () => {
  const asks = { id: 'ask', verdict: 'ask', why: 'Ask first.', people: 1, when: { host: ['*.corp.example'] } } as const
  const policy = policyOf(
    { rules: [asks], egress: [{ host: 'git.corp.example', private: true }, { host: 'www.corp.example' }] },
    'listed',
  )
  for (const [host, isPrivate] of [
    ['git.corp.example', true],
    ['www.corp.example', false],
    ['other.corp.example', false],
  ] as const) {
    const verdicts: unknown[] = []
    const { bench, work, answer } = stage([[shell('node fetch.js')]], {
      terms: { rules: { ...plainRules, policy: async () => policy } },
      sandbox: {
        exec: async ({ command }, _files, _task, egress) => {
          if (command !== 'node fetch.js') return {}
          const verdict = egress?.decide({ host, port: 443 })
          verdicts.push(verdict)
          return verdict?.type === 'allow' ? {} : { exitCode: 1 }
        },
      },
    })
    const { id } = await bench.accept()
    assert.equal((await work(id)).approval?.subject, host)
    await answer(id, { type: 'approve' })
    assert.equal((await work(id)).status, 'completed')
    assert.deepEqual(verdicts.at(-1), { type: 'allow', rule: 'approved', private: isPrivate })
  }
})

test('a secret is used at its host once somebody allowed it for this task', async () => {
  const values: (string | null)[] = []
  const secret = {
    name: 'TOKEN',
    hosts: ['pypi.org'],
    use: { type: 'allow' } as const,
    value: async () => 'the value',
  }
  const { bench, work, answer } = stage([[shell('node publish.js')]], {
    secrets: [secret],
    sandbox: {
      exec: async ({ command }, _files, _task, egress) => {
        if (command !== 'node publish.js') return {}
        const [known] = egress?.secrets ?? []
        assert.ok(known !== undefined && !known.placeholder.includes('the value'))
        values.push(await known.valueFor({ host: 'pypi.org', port: 443 }))
        return { exitCode: values.at(-1) === null ? 1 : 0 }
      },
    },
  })
  const { id } = await bench.accept()
  const { approval } = await work(id)
  assert.equal(approval?.kind, 'secret')
  assert.equal(approval.subject, 'TOKEN for pypi.org')
  await answer(id, { type: 'approve' })
  assert.equal((await work(id)).status, 'completed')
  assert.deepEqual(values, [null, 'the value'])
  assert.doesNotMatch(JSON.stringify(await bench.log(id)), /the value/)
})

test('what is denied is refused to the agent at once, with the rule, and nobody is asked', async () => {
  const { bench, work, ran, told } = stage([[shell('sudo reboot')]])
  const { id } = await bench.accept()
  assert.equal((await work(id)).status, 'completed')
  assert.ok(!ran.includes('sudo reboot'))
  assert.match(told.join('\n'), /The policy refuses this[^]*Rule /)
  assert.equal((await bench.told(id, 'policy.decided'))[0]?.verdict, 'deny')
  assert.deepEqual(await bench.told(id, 'approval.requested'), [])
})

test('a command runs only on the folder that was looked at, for the rule that still holds', async () => {
  const folder = { 'run.sh': 'echo one' }
  const rules = { ...plainRules }
  const { bench, work, answer, ran } = stage([], {
    directories: { '/src': folder },
    terms: { rules: { ...rules, policy: async () => policy } },
  })
  let policy = policyOf({}, 'first')
  const ask = () =>
    bench.say('sh run.sh', { taskType: 'shell_command', confirm: false, source: { type: 'directory', path: '/src' } })
  const good = await ask()
  assert.match(good.approval?.binding?.tree ?? '', /^files:/)
  await answer(good.id, { type: 'approve' })
  assert.equal((await work(good.id)).status, 'completed')
  const changed = await ask()
  folder['run.sh'] = 'echo two'
  await answer(changed.id, { type: 'approve' })
  assert.match((await work(changed.id)).error ?? '', /folder changed since the command was approved/)
  const denied = await ask()
  await answer(denied.id, { type: 'approve' })
  policy = policyOf(
    { rules: [{ id: 'no-sh', verdict: 'deny', why: 'Not today.', when: { command: ['sh *'] } }] },
    'second',
  )
  assert.match((await work(denied.id)).error ?? '', /Not today/)
  assert.deepEqual(ran, ['sh run.sh'])
  await assert.rejects(ask(), /refused: denied/)
})

test('whatever is answered, and whoever dies when: what nobody approved never runs, what was approved runs once at most', async () => {
  const act = fc.constantFrom('approve', 'reject', 'supersede', 'abort', 'work', 'work', 'die', 'die at it')
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 14 }), fc.boolean(), async (acts, twice) => {
      let dying: AbortController | null = null
      const scene = stage([[shell(PUSH), ...(twice ? [shell(PUSH)] : [])], [shell(PUSH)]], {
        sandbox: {
          exec: async ({ command }) => {
            if (command === PUSH) dying?.abort('lost')
            return {}
          },
        },
      })
      const { bench, pushes } = scene
      const { id } = await bench.accept()
      let approved = 0
      for (const what of acts) {
        const task = await bench.task(id)
        if (isTerminal(task.status)) break
        if (what === 'work' || what === 'die' || what === 'die at it') {
          if (task.status === 'needs_approval') continue
          dying = what === 'die at it' ? new AbortController() : null
          const signal = what === 'die' ? AbortSignal.abort('lost') : dying?.signal
          await bench.runOnce(id, signal)
          await bench.expireLeases()
        } else {
          const command = { type: what, by: OWNER, approvalId: null, comment: null, reason: 'enough' } as TaskCommand
          const after = await applyCommand(bench.base, id, command)
          if (!isRefusal(after) && what === 'approve') approved += 1
        }
        assert.ok(pushes() <= approved, `${pushes()} pushes, ${approved} approvals`)
      }
    }),
    { numRuns: 60 },
  )
})
