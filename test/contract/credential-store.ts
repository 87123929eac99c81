// What every CredentialStore promises.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { CredentialStore } from '../../src/core/ports/credential-store.ts'
import type { CredentialRecord } from '../../src/core/vocabulary/credential.ts'
import type { CredentialId, UserId } from '../../src/core/vocabulary/ids.ts'
import { OWNER } from '../../src/core/vocabulary/principal.ts'
import { ADA } from './sample-task.ts'
import { withParts } from './with-parts.ts'

const DAY_MS = 86_400_000
const BEN = 'ben' as UserId

export type CredentialsUnderTest = { readonly credentials: CredentialStore; readonly close: () => Promise<void> }

export function credentialStoreContract(name: string, open: () => Promise<CredentialsUnderTest>): void {
  const withStore = withParts(name, open)

  withStore('what is on record is found, and nothing else', async ({ credentials }) => {
    const token = credential({ label: 'CI \u{1F680}', scopes: ['tasks:read', 'worker'] })
    await credentials.add(token)
    assert.deepEqual(await credentials.find(token.id), token)
    for (const id of ['', '\0', randomUUID()]) assert.equal(await credentials.find(id as CredentialId), null)
  })

  withStore('one that is revoked says since when and by whom, and is revoked once', async ({ credentials }) => {
    const token = credential()
    await credentials.add(token)
    const at = inDays(0)
    const told = await Promise.all(Array.from({ length: 10 }, () => credentials.revoke(token.id, OWNER, at)))
    assert.equal(told.filter(Boolean).length, 1)
    assert.deepEqual(await credentials.find(token.id), { ...token, revokedAt: at, revokedBy: OWNER })
    assert.equal(await credentials.revoke(randomUUID() as CredentialId, OWNER, at), false)
  })

  withStore('all of a person go at once, those of others stay', async ({ credentials }) => {
    const [one, other, ended, bens] = [
      credential(),
      credential({ kind: 'session' }),
      credential({ expiresAt: inDays(-1) }),
      credential({ userId: BEN }),
    ]
    for (const it of [one, other, ended, bens]) await credentials.add(it)
    const gone = await credentials.revokeAllOf(ADA, OWNER, inDays(0))
    assert.deepEqual(gone.toSorted(), [one.id, other.id].toSorted())
    assert.deepEqual(await credentials.revokeAllOf(ADA, OWNER, inDays(0)), [])
    assert.equal((await credentials.find(bens.id))?.revokedAt, null)
    assert.equal((await credentials.find(ended.id))?.revokedAt, null)
  })

  withStore('lists begin with the newest and leave out what ended long ago', async ({ credentials }) => {
    const old = credential({ issuedAt: inDays(-3) })
    const bens = credential({ userId: BEN, issuedAt: inDays(-2) })
    const fresh = credential({ issuedAt: inDays(-1) })
    const revoked = credential({
      issuedAt: inDays(-40),
      expiresAt: inDays(300),
      revokedAt: inDays(-31),
      revokedBy: OWNER,
    })
    const recently = credential({ issuedAt: inDays(-50), expiresAt: inDays(-2) })
    for (const it of [old, bens, fresh, revoked, recently]) await credentials.add(it)
    const ids = async (userId: UserId | null) => (await credentials.list(userId)).map(({ id }) => id)
    assert.deepEqual(await ids(ADA), [fresh.id, old.id, recently.id])
    assert.deepEqual(await ids(null), [fresh.id, bens.id, old.id, recently.id])
    assert.deepEqual(await ids('nobody' as UserId), [])
  })
}

function inDays(days: number): Date {
  return new Date(Date.now() + days * DAY_MS)
}

function credential(wishes: Partial<CredentialRecord> = {}): CredentialRecord {
  return {
    id: randomUUID() as CredentialId,
    kind: 'token',
    userId: ADA,
    role: 'member',
    scopes: ['tasks:read'],
    label: '',
    issuedBy: OWNER,
    issuedAt: inDays(0),
    expiresAt: inDays(1),
    revokedAt: null,
    revokedBy: null,
    ...wishes,
  }
}
