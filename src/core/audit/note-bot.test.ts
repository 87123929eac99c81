import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryMemoStore } from '../../adapters/memory/memo-store.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { BotId } from '../vocabulary/place.ts'
import { noteBot } from './note-bot.ts'

const BOT = '4711' as BotId

test('a bot is recorded when it is first seen, and when it is called something else', async () => {
  const told: string[] = []
  const recorder = {
    record: async (...[actor, action, subject, data]: readonly unknown[]) =>
      void told.push(`${String(actor)} ${String(action)} ${String(subject)} ${JSON.stringify(data)}`),
  }
  const deps = { recorder, memos: createMemoryMemoStore(), by: 'platform' as UserId }
  for (const name of ['helper_bot', 'helper_bot', 'other_bot', 'other_bot']) await noteBot(deps, BOT, name)
  assert.deepEqual(told, [
    'platform setting.changed bot @helper_bot {"change":"added","bot":"4711"}',
    'platform setting.changed bot @other_bot {"change":"renamed","from":"@helper_bot","bot":"4711"}',
  ])
})

test('a bot that could not be recorded is tried again', async () => {
  let broken = true
  const subjects: string[] = []
  const record = async (_actor: string, _action: string, subject: string) => {
    if (broken) throw new Error('The audit log is down')
    subjects.push(subject)
  }
  const deps = { recorder: { record }, memos: createMemoryMemoStore(), by: 'platform' as UserId }
  await assert.rejects(noteBot(deps, BOT, 'helper_bot'), /audit log is down/)
  broken = false
  await noteBot(deps, BOT, 'helper_bot')
  assert.deepEqual(subjects, ['bot @helper_bot'])
})
