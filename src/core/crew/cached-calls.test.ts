// A task whose calls were all made before, by the same person, costs nothing; somebody else pays for their own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryPromptCache } from '../../adapters/memory/prompt-cache.ts'
import { ADA, createWorkbench, FINISH } from '../../../test/simulation/workbench.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import { cachedModels } from './cached-models.ts'

test('the same request again is answered from the cache, is counted so, and never for another person', async () => {
  let [asked, chats] = [0, 0]
  const bench = createWorkbench({
    script: {
      chat: (_, turn) => {
        asked += 1
        return { calls: turn === 1 ? [{ tool: 'write', input: { path: 'a.txt', content: 'a' } }] : [FINISH] }
      },
    },
    tamper: (deps) => ({
      models: cachedModels(deps.models, { ...deps, cache: createMemoryPromptCache(deps.clock), keepMs: 60_000 }),
    }),
  })
  const work = async (author: UserId) => {
    // What was done before in one conversation is told in it, which makes another call of each.
    chats += 1
    const { id } = await bench.ask({ author, chat: `c${chats}`, taskType: 'dev_pipeline' })
    await bench.runOnce(id)
    const task = await bench.task(id)
    return { task, calls: await callsOf(id) }
  }
  const callsOf = async (id: TaskId) =>
    (await bench.log(id)).flatMap((event) => (event.type === 'usage.recorded' ? [event.data] : []))

  const first = await work(ADA)
  assert.equal(first.task.status, 'completed')
  assert.ok(first.calls.length > 2 && first.calls.every((call) => call.from_cache === undefined))
  const before = asked
  const again = await work(ADA)
  assert.equal(again.task.status, 'completed')
  assert.deepEqual(again.task.result?.changed_files, ['a.txt'], 'what the turns say is done once more')
  assert.equal(asked, before)
  assert.ok(
    again.calls.every((call) => call.from_cache === true && call.input_tokens === 0 && call.output_tokens === 0),
  )
  assert.deepEqual(again.task.result?.usage, {
    input_tokens: 0,
    output_tokens: 0,
    cached_input_tokens: 0,
    model_calls: 0,
    cached_calls: first.calls.length,
  })
  const other = await work('eve' as UserId)
  assert.ok(other.calls.every((call) => call.from_cache === undefined))
  assert.equal(asked, 2 * before)
})
