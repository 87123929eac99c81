import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessStore } from '../core/ports/access-store.ts'
import { createMemoryAccessStore } from '../adapters/memory/access-store.ts'
import { createSystemIds } from '../adapters/system/ids.ts'
import { createOwnerCode, takeOwnerCode } from './owner-link.ts'

function setUp() {
  const store = createMemoryAccessStore()
  const kept: string[] = []
  const state = { owned: false, now: new Date('2026-03-02T09:00:00Z') }
  const access: AccessStore = {
    ...store,
    addLoginToken: async (hash, ...more) => {
      kept.push(hash)
      await store.addLoginToken(hash, ...more)
    },
  }
  const clock = { now: () => state.now, sleep: async () => undefined }
  return { kept, state, deps: { access, ids: createSystemIds(), clock, isOwned: async () => state.owned } }
}

test('a code makes one owner, within the hour, and lies nowhere', async () => {
  const { deps, state, kept } = setUp()
  const code = await createOwnerCode(deps)
  assert.match(code, /^[\w-]{16,64}$/, 'as Telegram takes it in a link')
  assert.ok(kept.length === 1 && !kept.some((hash) => hash.includes(code)))
  assert.equal(await takeOwnerCode(deps, `${code}x`), false)
  assert.equal(await takeOwnerCode(deps, code), true)
  assert.equal(await takeOwnerCode(deps, code), false)
  const late = await createOwnerCode(deps)
  state.now = new Date(state.now.getTime() + 60 * 60_000)
  assert.equal(await takeOwnerCode(deps, late), false)
})

test('the codes of other bots and earlier starts are worth nothing once there is an owner', async () => {
  const { deps, state } = setUp()
  const [one, other] = [await createOwnerCode(deps), await createOwnerCode(deps)]
  assert.equal(await takeOwnerCode(deps, one), true)
  state.owned = true
  assert.equal(await takeOwnerCode(deps, other), false)
})
