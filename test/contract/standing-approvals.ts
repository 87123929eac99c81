// What every StandingApprovals promises.
import assert from 'node:assert/strict'
import type { StandingApproval, StandingApprovals } from '../../src/core/ports/standing-approvals.ts'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import { assertSameText, HOSTILE, times } from './sample-chat.ts'
import { ADA } from './sample-task.ts'
import { withParts } from './with-parts.ts'

export type StandingUnderTest = { readonly standing: StandingApprovals; readonly close: () => Promise<void> }

const BEN = 'ben' as UserId

export function standingApprovalsContract(name: string, open: () => Promise<StandingUnderTest>): void {
  const withStanding = withParts(name, open)

  withStanding('what was approved for good is found, for whom and for what it was', async ({ standing }) => {
    const one = approval({})
    await standing.add(one)
    assert.deepEqual(await standing.find(ADA, 'digest'), one)
    assert.equal(await standing.find(BEN, 'digest'), null)
    assert.equal(await standing.find(ADA, 'Digest'), null)
    assert.equal(await standing.find(ADA, ''), null)
  })

  withStanding('one that is there stays as it is', async ({ standing }) => {
    const one = approval({})
    await standing.add(one)
    await Promise.all(times(10, () => standing.add({ ...one, approvedBy: ADA, since: new Date(0) })))
    assert.deepEqual(await standing.list(), [one])
  })

  withStanding('one that was taken back is gone, once', async ({ standing }) => {
    const [one, other] = [approval({}), approval({ userId: BEN })]
    for (const it of [one, other]) await standing.add(it)
    const told = await Promise.all(times(10, () => standing.remove(ADA, 'digest')))
    assert.equal(told.filter(Boolean).length, 1)
    assert.deepEqual(await standing.list(), [other])
    assert.equal(await standing.remove(ADA, 'other'), false)
  })

  withStanding('they are listed oldest first', async ({ standing }) => {
    const made = [2, 0, 1].map((minute) =>
      approval({ digest: `${minute}`, since: new Date(Date.UTC(2026, 1, 1, 0, minute)) }),
    )
    for (const one of made) await standing.add(one)
    assert.deepEqual(await standing.list(), [made[1], made[2], made[0]])
  })

  withStanding('whatever was approved is kept', async ({ standing }) => {
    await standing.add(approval({ subject: HOSTILE, userId: 'u\0' as UserId }))
    assertSameText((await standing.find('u\0' as UserId, 'digest'))?.subject, HOSTILE)
    assert.equal(await standing.remove('u\0' as UserId, 'digest'), true)
  })
}

function approval(wishes: Partial<StandingApproval>): StandingApproval {
  return {
    digest: 'digest',
    subject: 'npm publish --tag "next" 🚀',
    userId: ADA,
    approvedBy: BEN,
    since: new Date('2026-03-01T10:00:00.123Z'),
    ...wishes,
  }
}
