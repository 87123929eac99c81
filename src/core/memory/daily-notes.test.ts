import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createMemoryIdentityStore } from '../../adapters/memory/identity-store.ts'
import { createMemoryMemoryFiles } from '../../adapters/memory/memory-files.ts'
import type { MemoryFileName } from '../ports/memory-files.ts'
import type { TaskId, ThreadId, UserId } from '../vocabulary/ids.ts'
import { chatScope, personScope, SHARED } from '../vocabulary/memory.ts'
import type { Thread } from '../vocabulary/message.ts'
import { NO_RESULT } from '../vocabulary/task.ts'
import type { Task, TaskResult } from '../vocabulary/task.ts'
import { noteLine, noteOfTheDay } from './daily-notes.ts'
import { writeFirstFiles } from './first-files.ts'

const ADA = 'telegram:1' as UserId
const TODAY = 'memory/2026-11-21.md' as MemoryFileName
const RESULT: TaskResult = {
  ...NO_RESULT,
  summary: 'A shop.',
}

const CHAT: Thread = {
  id: 'chat' as ThreadId,
  interface: 'telegram',
  chat: '7/1/#3',
  startedBy: ADA,
  direct: true,
  createdAt: new Date('2026-11-20T23:00:00Z'),
}

function task(wishes: Partial<Task>, result: Partial<TaskResult> | null = {}): Task {
  return {
    id: '0199aaaa-0000-7000-8000-000000000001' as TaskId,
    userId: ADA,
    threadId: 'thread' as ThreadId,
    inputText: 'create a hello world web app',
    taskType: 'dev_pipeline',
    status: 'completed',
    confirm: false,
    source: { type: 'empty' },
    routing: null,
    approval: null,
    result: result === null ? null : { ...RESULT, ...result },
    error: null,
    lastSeq: 9,
    createdAt: new Date('2026-11-20T23:00:00Z'),
    updatedAt: new Date('2026-11-21T14:02:31Z'),
    ...wishes,
  }
}

function world(broken = false) {
  const logged: string[] = []
  const files = createMemoryMemoryFiles()
  const threads = new Map<ThreadId, Thread>([[CHAT.id, CHAT]])
  const deps = {
    conversations: { thread: async (id: ThreadId) => threads.get(id) ?? null },
    memoryFiles: broken ? { ...files, append: () => Promise.reject(new Error('the disk is full')) } : files,
    identities: createMemoryIdentityStore(),
    telemetry: { log: (level: string, message: string) => void logged.push(`${level}: ${message}`) },
  }
  const notes = async (person = ADA) => (await files.read(personScope(person), TODAY))?.text ?? null
  return { deps, files, logged, notes }
}

test('each kind of end has its line', () => {
  const line = (wishes: Partial<Task>, result: Partial<TaskResult> | null = {}) => {
    const [said = ''] = noteLine(task(wishes, result)).split(' (00000001)')
    return said
  }
  const asked = '- 14:02 asked “create a hello world web app”'
  assert.equal(
    line({}, { changed_files: ['a', 'b', 'c'], preview_url: 'http://p' }),
    `${asked}: done, 3 files, preview`,
  )
  assert.equal(line({}, { changed_files: ['a'] }), `${asked}: done, 1 file`)
  assert.equal(line({}), `${asked}: done`)
  assert.equal(line({ status: 'failed', error: 'The registry timed out' }, null), `${asked}: failed`)
  assert.equal(line({ status: 'aborted' }, null), `${asked}: stopped`)
  assert.equal(line({ taskType: 'question' }), `${asked}: answered`)
  const command = { taskType: 'shell_command', inputText: 'ls -la' } as const
  assert.equal(line(command, { exit_code: 2 }), '- 14:02 ran “ls -la”: exit code 2')
})

test('a note is written for the person who asked, on the day of the end, once', async () => {
  const { deps, files, notes } = world()
  const other = task({ id: '0199aaaa-0000-7000-8000-000000000002' as TaskId, inputText: 'another' })
  await noteOfTheDay(deps, task({}))
  await noteOfTheDay(deps, other)
  for (const one of [task({}), other, task({})]) await noteOfTheDay(deps, one)
  assert.equal(await notes(), `${noteLine(task({}))}\n${noteLine(other)}\n`)
  assert.deepEqual(await files.list(personScope(ADA)), [TODAY])
  assert.deepEqual(await files.list(SHARED), [])
})

test('what was said in a chat is noted there, whatever its context, and nowhere else', async () => {
  const { deps, files, notes } = world()
  await noteOfTheDay(deps, task({ threadId: CHAT.id }))
  assert.equal(await notes(), null)
  assert.deepEqual(await files.list(chatScope({ ...CHAT, chat: '7/1/#4' })), [TODAY])
})

test('the notes of linked ids are those of the person', async () => {
  const { deps, notes } = world()
  const owner = 'owner' as UserId
  await deps.identities.offerLink(owner, 'code', new Date(1))
  await deps.identities.takeLink('code', ADA, new Date(0))
  await noteOfTheDay(deps, task({}))
  assert.equal(await notes(), null)
  assert.equal(await notes(owner), `${noteLine(task({}))}\n`)
})

test('what is not over leaves no note', async () => {
  const { deps, notes } = world()
  for (const status of ['pending', 'routing', 'needs_approval', 'queued', 'running', 'aborting'] as const)
    await noteOfTheDay(deps, task({ status }))
  assert.equal(await notes(), null)
})

test('a disk that fails is logged and nothing more, and a full day takes no more notes', async () => {
  const broken = world(true)
  await noteOfTheDay(broken.deps, task({}))
  assert.deepEqual(broken.logged, ['warn: The note of the day could not be written'])
  const { deps, files, logged, notes } = world()
  const full = 'x'.repeat(65_000)
  await files.write({ scope: personScope(ADA), name: TODAY, text: full })
  await noteOfTheDay(deps, task({}))
  assert.deepEqual([await notes(), logged], [full, []])
})

test('whatever was asked is one line that hides nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (inputText) => {
      const line = noteLine(task({ inputText }))
      assert.match(line, /^- 14:02 asked “[^“”]*”: done \(00000001\)$/)
      assert.doesNotMatch(line, /[\n\r\u0000-\u001f\u202a-\u202e\u2066-\u2069]/)
      assert.ok(line.length < 200 && line.isWellFormed())
    }),
  )
})

test('the first files are written once and never over what is there', async () => {
  const { deps, files } = world()
  await writeFirstFiles(deps)
  assert.deepEqual(await files.list(SHARED), ['MEMORY.md', 'SOUL.md'])
  const soul = { scope: SHARED, name: 'SOUL.md' as MemoryFileName, text: 'You are a pirate.' }
  await files.write(soul)
  await writeFirstFiles(deps)
  assert.deepEqual(await files.read(SHARED, soul.name), soul)
})

test('where the first files can’t be written nothing else suffers', async () => {
  const { deps, files, logged } = world()
  await writeFirstFiles({ ...deps, memoryFiles: { ...files, write: () => Promise.reject(new Error('no room')) } })
  assert.deepEqual(logged, ['warn: The first files of the memory could not be written'])
})
