// The audit log over HTTP: for administrators alone, page by page, as a stream, and checked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryAuditLog } from '../../src/adapters/memory/audit-log.ts'
import type { SealedEntry } from '../../src/core/vocabulary/audit.ts'
import type { TaskId, UserId } from '../../src/core/vocabulary/ids.ts'
import { assertUnbroken, entry } from '../contract/audit-log.ts'
import { newId } from '../contract/sample-task.ts'
import { ADA, jsonOf, openWorld, OWNER } from './http-world.ts'

type Item = { readonly seq: number; readonly subject: string; readonly hash: string; readonly data: object }
type Page = { readonly items: readonly Item[]; readonly next_cursor: string | null }

function withChain() {
  const chain: SealedEntry[] = []
  return { chain, audit: createMemoryAuditLog(chain) }
}

test('nobody but an administrator reads the audit log', async (t) => {
  const world = await openWorld(t)
  for (const path of ['/v1/audit', '/v1/audit/verify', '/v1/audit/export']) {
    assert.equal((await world.call(null, 'GET', path)).status, 401)
    assert.equal((await world.call(ADA, 'GET', path)).status, 403)
    assert.equal((await world.call(OWNER, 'GET', path)).status, 200)
  }
  for (const method of ['POST', 'PUT', 'DELETE'])
    assert.equal((await world.call(OWNER, method, '/v1/audit')).status, 405, method)
})

test('pages hold what was asked for, newest first, each entry once', async (t) => {
  const { chain, audit } = withChain()
  const world = await openWorld(t, { deps: { audit } })
  const taskId = newId<TaskId>()
  await audit.append(Array.from({ length: 7 }, (_, index) => entry(`plain ${index + 1}`)))
  await audit.append([
    entry('of a task', { taskId, action: 'tool.called', actor: 'bob' as UserId, data: { seq: 4, tool: 'shell' } }),
  ])
  const page = async (query: string) => jsonOf(await world.call(OWNER, 'GET', `/v1/audit${query}`)) as Promise<Page>
  const seen: number[] = []
  let before = ''
  for (;;) {
    const { items, next_cursor: next } = await page(`?limit=3${before}`)
    assert.ok(items.length <= 3)
    seen.push(...items.map(({ seq }) => seq))
    if (next === null) break
    before = `&before=${next}`
  }
  assert.deepEqual(seen, [8, 7, 6, 5, 4, 3, 2, 1])
  for (const query of [`?task_id=${taskId.toUpperCase()}`, '?actor=bob', '?action=tool.called']) {
    const { items } = await page(query)
    assert.equal(items.length, 1, query)
    const { at, ...rest } = items[0] as Item & { at: string }
    assert.ok(!Number.isNaN(Date.parse(at)))
    assert.deepEqual(rest, {
      seq: 8,
      actor: 'bob',
      action: 'tool.called',
      task_id: taskId,
      subject: 'of a task',
      data: { seq: 4, tool: 'shell' },
      hash: chain[7]?.hash,
    })
  }
  for (const query of ['?limit=0', '?limit=201', '?action=nothing', '?task_id=x', '?before=0', '?before=x', '?actor='])
    assert.equal((await world.call(OWNER, 'GET', `/v1/audit${query}`)).status, 400, query)
})

test('an export is the whole chain as it was sealed, or what comes after an entry', async (t) => {
  const { chain, audit } = withChain()
  const world = await openWorld(t, { deps: { audit } })
  await audit.append(Array.from({ length: 333 }, (_, index) => entry(`"${index}"\n`)))
  const response = await world.call(OWNER, 'GET', '/v1/audit/export')
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson')
  const all = linesOf(await response.text())
  assertUnbroken(all)
  assert.deepEqual(all, chain)
  const rest = await world.call(OWNER, 'GET', '/v1/audit/export?after=330')
  assert.deepEqual(linesOf(await rest.text()), chain.slice(330))
})

test('what was changed is told', async (t) => {
  const { chain, audit } = withChain()
  const at = new Date()
  const world = await openWorld(t, {
    deps: {
      audit,
      auditAnchor: {
        append: async () => undefined,
        read: async function* () {
          yield { type: 'anchor', seq: 2, hash: chain[1]?.hash ?? '', at }
        },
      },
    },
  })
  await audit.append([entry('1'), entry('2'), entry('3')])
  const verified = async () => jsonOf(await world.call(OWNER, 'GET', '/v1/audit/verify'))
  const head = { seq: 3, hash: chain[2]?.hash }
  const anchored = { seq: 2, at: at.toISOString() }
  const fine = { ok: true, entries: 3, head, problems: [], more_problems: 0, warnings: [], anchored }
  assert.deepEqual(await verified(), fine)
  chain[2] = { ...(chain[2] as SealedEntry), entry: '{}' }
  const problem = 'Entry 3 was changed: its hash is not the hash of what it says.'
  assert.deepEqual(await verified(), { ...fine, ok: false, problems: [{ seq: 3, problem }] })
})

test('an act over HTTP that can not be recorded is refused', async (t) => {
  const world = await openWorld(t, {
    deps: {
      recorder: {
        record: async (_, action) => {
          if (action === 'setting.changed') throw new Error('It could not be recorded')
        },
      },
    },
  })
  const shared = { scope: 'shared', name: 'MEMORY.md', text: 'Now we do it otherwise.' }
  const refused = await world.call(OWNER, 'PUT', '/v1/memory/files', shared)
  assert.equal(refused.status, 500)
  assert.ok(!(await refused.text()).includes('recorded'))
  const { memoryFiles } = world.deps
  assert.equal((await memoryFiles.read('shared' as never, 'MEMORY.md' as never))?.text ?? null, null)
})

function linesOf(text: string): SealedEntry[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SealedEntry)
}
