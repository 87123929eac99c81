// Agents that want out of their sandbox: asked about in the chat, answered there, and at most once done, whoever is killed in between.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LlmRequest, ScriptedTurn } from '../../testkit/llm/turn.ts'
import { withoutPostgres } from '../support/postgres.ts'
import { answered, openScriptedStage, settled } from './scripted-stage.ts'
import type { Asked, ScriptedStage } from './scripted-stage.ts'
import { labels, PATIENT } from './telegram-stage.ts'

const PUSH = 'git push origin main'
const CURL = 'curl -sS https://not-listed.example/install'

/** A coder that tries to push, then to fetch something, then writes its file and is done. */
function respond(asked: Asked, request: LlmRequest): ScriptedTurn {
  if (asked !== 'code') return answered(asked, request)
  const call = (name: string, input: Record<string, string>): ScriptedTurn => ({ toolCalls: [{ name, input }] })
  if (!request.text.includes(PUSH)) return call('shell', { command: PUSH })
  if (!request.text.includes(CURL)) return call('shell', { command: CURL })
  return answered(asked, request)
}

type Logged = { readonly type: string; readonly data: Record<string, unknown> }

async function logOf({ rows }: ScriptedStage): Promise<readonly Logged[]> {
  return rows<Logged>('select type, data from task_events order by task_id, seq')
}

test(
  'a coder asks to push and to reach a host: a yes, a no with a reason, and kill -9 before and after the answers',
  { skip: withoutPostgres },
  async (t) => {
    const stage = await openScriptedStage(t, { people: ['Ada'], respond, environment: { CONFIRM_WORK: 'never' } })
    const { bot, up, kill } = stage
    const [ada] = stage.people
    assert.ok(ada !== undefined)
    await up()
    await ada.send('make a note', { to: bot })
    const first = await ada.expectReply({ to: bot, where: /May the agents do this/, ...PATIENT })
    assert.match(first.text, /git push origin main/)
    assert.match(first.text, /rule .*network/)
    assert.match(first.text, /A yes holds for exactly this/)
    assert.deepEqual(labels(first), ['Approve once', 'Always…', 'Deny'])
    await kill()
    await up()
    await ada.tap(first, 'Approve once', { within: 60_000 })
    await kill()
    await up()
    const second = await ada.expectReply({ to: bot, where: /May this task reach this host/, ...PATIENT })
    assert.match(second.text, /not-listed\.example/)
    assert.deepEqual(labels(second), ['Allow for this task', 'Always…', 'Deny'])
    await kill()
    await up()
    await ada.send('no, nothing from there', { to: bot, replyTo: second })
    await ada.expectReply({ to: bot, where: /the work goes on without it/, ...PATIENT })
    await settled(stage)
    const log = await logOf(stage)
    const of = (type: string) => log.filter((event) => event.type === type).map(({ data }) => data)
    assert.equal(of('task.completed').length, 1, JSON.stringify(of('task.failed')))
    assert.equal(of('approval.requested').length, 2)
    assert.equal(of('tool.started').filter((data) => 'approval_id' in data).length, 1)
    const refused = of('tool.finished').filter((data) =>
      /not-listed\.example is not to be reached/.test(String(data['output'])),
    )
    assert.equal(refused.length, 1)
    assert.match(String(refused[0]?.['output']), /A person said no to it: nothing from there/)
  },
)
