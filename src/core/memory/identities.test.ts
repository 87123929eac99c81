import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryIdentityStore } from '../../adapters/memory/identity-store.ts'
import { createSystemIds } from '../../adapters/system/ids.ts'
import type { AuditAction } from '../vocabulary/audit.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { JsonObject } from '../vocabulary/json.ts'
import { LINK_MS, offerLink, takeLink, unlink } from './identities.ts'

const [OWNER, ADA, BEN] = ['owner', 'telegram:1', 'telegram:2'] as UserId[] as [UserId, UserId, UserId]

function world() {
  let now = new Date('2026-11-21T12:00:00Z').getTime()
  const offered: string[] = []
  const recorded: JsonObject[] = []
  const identities = createMemoryIdentityStore()
  const deps = {
    identities: {
      ...identities,
      offerLink: async (userId: UserId, code: string, expiresAt: Date) => {
        offered.push(code)
        await identities.offerLink(userId, code, expiresAt)
      },
    },
    recorder: {
      record: async (by: UserId, action: AuditAction, subject: string, data: JsonObject = {}) =>
        void recorded.push({ by, action, subject, ...data }),
    },
    clock: { now: () => new Date(now), sleep: async () => undefined },
    ids: createSystemIds(),
  }
  return { deps, offered, recorded, pass: (ms: number) => (now += ms) }
}

test('a code shown to the one and given by the other makes them one person', async () => {
  const { deps, offered } = world()
  const { code, expiresAt } = await offerLink(deps, OWNER)
  assert.match(code, /^[a-z2-7]{4}(?:-[a-z2-7]{4}){3}$/)
  assert.equal(expiresAt.getTime() - deps.clock.now().getTime(), LINK_MS)
  assert.ok(offered.every((kept) => !kept.includes(code.replaceAll('-', ''))))
  assert.deepEqual(await takeLink(deps, ` ${code.toUpperCase().replaceAll('-', ' ')}\n`, ADA), {
    type: 'linked',
    person: OWNER,
    ids: [OWNER, ADA],
  })
  assert.deepEqual(await takeLink(deps, code, BEN), { type: 'unknown' })
})

test('a code of an hour ago, a replaced one and any other link nobody', async () => {
  const { deps, pass } = world()
  const { code: first } = await offerLink(deps, OWNER)
  const { code } = await offerLink(deps, OWNER)
  assert.equal((await takeLink(deps, first, ADA)).type, 'unknown')
  pass(LINK_MS)
  assert.equal((await takeLink(deps, code, ADA)).type, 'unknown')
  for (const other of ['', 'owner', '-'.repeat(99), 'ü'])
    assert.equal((await takeLink(deps, other, ADA)).type, 'unknown')
})

test('who takes their own code, or that of another id of theirs, is told so', async () => {
  const { deps } = world()
  assert.deepEqual(await takeLink(deps, (await offerLink(deps, OWNER)).code, OWNER), { type: 'same', person: OWNER })
  await takeLink(deps, (await offerLink(deps, OWNER)).code, ADA)
  assert.deepEqual(await takeLink(deps, (await offerLink(deps, ADA)).code, OWNER), { type: 'same', person: OWNER })
})

test('a person unlinks their own ids and nobody else’s', async () => {
  const { deps } = world()
  await takeLink(deps, (await offerLink(deps, OWNER)).code, ADA)
  assert.equal(await unlink(deps, ADA, BEN), 'not_yours')
  assert.equal(await unlink(deps, BEN, BEN), 'not_linked')
  assert.equal(await unlink(deps, ADA, OWNER), 'unlinked')
  assert.equal(await unlink(deps, ADA, OWNER), 'not_yours')
  assert.equal(await deps.identities.personOf(ADA), ADA)
})

test('who became one person with whom, and who no longer is, is recorded', async () => {
  const { deps, recorded } = world()
  const { code } = await offerLink(deps, OWNER)
  await takeLink(deps, 'wrong', ADA)
  await takeLink(deps, code, ADA)
  await unlink(deps, BEN, OWNER)
  await unlink(deps, ADA, OWNER)
  await unlink(deps, OWNER, OWNER)
  assert.deepEqual(recorded, [
    { by: ADA, action: 'person.changed', subject: ADA, change: 'linked', with: OWNER },
    { by: OWNER, action: 'person.changed', subject: ADA, change: 'unlinked' },
  ])
})
