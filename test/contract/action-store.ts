// What every ActionStore promises.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Action, ActionStore } from '../../src/core/ports/action-store.ts'
import type { ActionId, UserId } from '../../src/core/vocabulary/ids.ts'
import { assertSameText, BOT, CHAT, HOSTILE, OTHER_BOT, soon, times, TOPIC } from './sample-chat.ts'
import { ADA } from './sample-task.ts'
import { withParts } from './with-parts.ts'

export type ActionsUnderTest = { readonly actions: ActionStore; readonly close: () => Promise<void> }

const BEN = 'ben' as UserId

export function actionStoreContract(name: string, open: () => Promise<ActionsUnderTest>): void {
  const withActions = withParts(name, open)
  const offerOne = async (actions: ActionStore, wishes: Partial<Action> = {}) => {
    const [offered] = await actions.offer([action('yes', wishes)])
    assert.ok(offered)
    return offered
  }
  const take = (actions: ActionStore, { id, place }: Action, tap: string, by = ADA, now = new Date()) =>
    actions.take(id, tap, place, by, now)

  withActions('what is offered is there, in the order given', async ({ actions }) => {
    const made = ['yes', 'no', 'always'].map((it) => action(it, { place: TOPIC, onlyFor: ADA }))
    assert.deepEqual(await actions.offer(made), made)
    assert.deepEqual(await actions.offer([]), [])
    const [yes] = made
    assert.ok(yes)
    assert.deepEqual(await take(actions, yes, 'tap'), { type: 'taken', action: yes })
  })

  withActions('what is offered again keeps its id, does the new thing, and lives longer', async ({ actions }) => {
    const first = await offerOne(actions, { expiresAt: soon(30_000) })
    const wishes = { does: { type: 'other' }, expiresAt: soon(90_000) }
    const told = await actions.offer([action('no'), action('yes', wishes)])
    assert.deepEqual(told[1], { ...first, ...wishes })
    assert.deepEqual(await take(actions, first, 'tap', ADA, soon(60_000)), { type: 'taken', action: told[1] })
  })

  withActions('the same name of another group or bot is something else', async ({ actions }) => {
    const first = await offerOne(actions)
    const others = [
      await offerOne(actions, { group: 'other' }),
      await offerOne(actions, { place: { ...CHAT, bot: OTHER_BOT } }),
    ]
    assert.equal(new Set([first, ...others].map(({ id }) => id)).size, 3)
    await take(actions, first, 'tap')
    for (const other of others) assert.equal((await take(actions, other, 'another tap')).type, 'taken')
  })

  withActions('twenty who offer the same at once offer one', async ({ actions }) => {
    const told = await Promise.all(
      times(20, (index) => actions.offer((index % 2 === 0 ? ['a', 'b'] : ['b', 'a']).map((it) => action(it)))),
    )
    assert.equal(new Set(told.flat().map(({ id }) => id)).size, 2)
  })

  withActions('one action takes its group with it', async ({ actions }) => {
    const [yes, no] = await actions.offer([action('yes'), action('no')])
    assert.ok(yes && no)
    const now = new Date('2026-03-01T10:00:00.123Z')
    assert.deepEqual(await take(actions, no, 'tap 1', ADA, now), { type: 'taken', action: no })
    const used = { type: 'used', by: ADA, at: now }
    assert.deepEqual(await take(actions, yes, 'tap 2', BEN), used)
    assert.deepEqual(await take(actions, no, 'tap 3', BEN), used)
  })

  withActions('the same tap is told the same again, as often as it comes', async ({ actions }) => {
    const yes = await offerOne(actions)
    const taken = { type: 'taken', action: yes } as const
    assert.deepEqual(
      await Promise.all(times(20, () => take(actions, yes, 'tap'))),
      times(20, () => taken),
    )
    assert.deepEqual(await take(actions, yes, 'tap', ADA, soon(3_600_000)), taken)
  })

  // Several times, because the first callers find a store that is still opening its connections and hardly meet.
  withActions('of twenty taps on one action one takes it', async ({ actions }) => {
    for (const group of times(10, (index) => `group ${index}`)) {
      const yes = await offerOne(actions, { group })
      const told = await Promise.all(times(20, (index) => take(actions, yes, `tap ${index}`)))
      assert.deepEqual(told.map(({ type }) => type).toSorted(), ['taken', ...times(19, () => 'used')])
    }
  })

  withActions('of twenty taps on several actions of one group one takes the group', async ({ actions }) => {
    for (const group of times(10, (index) => `group ${index}`)) {
      const offered = await actions.offer(times(5, (index) => action(`option ${index}`, { group })))
      const told = await Promise.all(
        times(20, (index) => take(actions, offered[index % 5] ?? action(''), `tap ${index}`)),
      )
      assert.deepEqual(told.map(({ type }) => type).toSorted(), ['taken', ...times(19, () => 'used')])
    }
  })

  withActions('what is only for one person is not taken by another', async ({ actions }) => {
    const yes = await offerOne(actions, { onlyFor: ADA })
    assert.deepEqual(await take(actions, yes, 'tap 1', BEN), { type: 'not_yours' })
    assert.equal((await take(actions, yes, 'tap 2', ADA)).type, 'taken')
    assert.deepEqual(await take(actions, yes, 'tap 3', BEN), { type: 'not_yours' })
  })

  withActions('a tap from elsewhere, or on nothing, is unknown', async ({ actions }) => {
    const yes = await offerOne(actions, { place: TOPIC })
    for (const place of [CHAT, { ...TOPIC, bot: OTHER_BOT }, { ...TOPIC, chat: '5' }]) {
      assert.deepEqual(await take(actions, { ...yes, place }, 'tap'), { type: 'unknown' })
    }
    for (const id of ['', '\0', 'nothing'] as ActionId[]) {
      assert.deepEqual(await take(actions, { ...yes, id }, 'tap'), { type: 'unknown' })
    }
    assert.equal((await take(actions, yes, 'tap')).type, 'taken')
    assert.deepEqual(await take(actions, { ...yes, place: CHAT }, 'tap'), { type: 'unknown' })
  })

  withActions('what has expired does nothing, and is offered anew under another id', async ({ actions }) => {
    const old = await offerOne(actions, { expiresAt: new Date(Date.now() - 1_000) })
    assert.deepEqual(await take(actions, old, 'tap 1'), { type: 'expired' })
    const anew = await offerOne(actions)
    assert.notEqual(anew.id, old.id)
    assert.deepEqual(await take(actions, old, 'tap 2'), { type: 'expired' })
    assert.equal((await take(actions, anew, 'tap 3')).type, 'taken')
  })

  withActions('what was used is offered anew under another id', async ({ actions }) => {
    const first = await offerOne(actions)
    await take(actions, first, 'tap 1')
    const anew = await offerOne(actions)
    assert.notEqual(anew.id, first.id)
    assert.equal((await take(actions, first, 'tap 2')).type, 'used')
    assert.deepEqual(await take(actions, first, 'tap 1'), { type: 'taken', action: first })
    assert.deepEqual(await take(actions, anew, 'tap 3'), { type: 'taken', action: anew })
  })

  withActions('a group that was withdrawn is dead, and nobody used it', async ({ actions }) => {
    const [yes, no] = await actions.offer([action('yes'), action('no')])
    const other = await offerOne(actions, { group: 'other' })
    assert.ok(yes && no)
    for (const _ of [1, 2]) await actions.withdraw(BOT, 'group')
    for (const one of [yes, no]) assert.deepEqual(await take(actions, one, 'tap 1'), { type: 'expired' })
    assert.equal((await take(actions, other, 'tap 2')).type, 'taken')
    assert.notEqual((await offerOne(actions)).id, yes.id)
  })

  withActions('withdrawing does not undo a tap that was first', async ({ actions }) => {
    const yes = await offerOne(actions)
    await take(actions, yes, 'tap 1')
    await actions.withdraw(BOT, 'group')
    assert.equal((await take(actions, yes, 'tap 1')).type, 'taken')
    assert.equal((await take(actions, yes, 'tap 2')).type, 'used')
  })

  withActions('offering, tapping and withdrawing at once leaves at most one tap that counts', async ({ actions }) => {
    const offered = await actions.offer(times(4, (index) => action(`option ${index}`)))
    const told = await Promise.all(
      times(40, async (index) => {
        const one = offered[index % 4] ?? action('')
        if (index % 10 === 7) return actions.withdraw(BOT, 'group')
        if (index % 3 !== 0) return take(actions, one, `tap ${index}`)
        await actions.offer((index % 2 === 0 ? offered : offered.toReversed()).map((it) => action(it.name)))
      }),
    )
    assert.ok(told.filter((it) => it?.type === 'taken').length <= 1)
  })

  withActions('when a chat moves its buttons are pressed there, and only there', async ({ actions }) => {
    const [yes, stays] = [
      await offerOne(actions, { place: TOPIC }),
      await offerOne(actions, { group: 'b', place: { ...CHAT, chat: '5' } }),
    ]
    for (const _ of [1, 2]) await actions.moveChat(BOT, CHAT.chat, 'new')
    assert.deepEqual(await take(actions, yes, 'tap 1'), { type: 'unknown' })
    const moved = { ...yes, place: { ...TOPIC, chat: 'new' } }
    assert.deepEqual(await take(actions, moved, 'tap 2'), { type: 'taken', action: moved })
    assert.equal((await take(actions, stays, 'tap 3')).type, 'taken')
  })

  withActions('what expired long ago is forgotten, used or not', async ({ actions }) => {
    const old = await offerOne(actions, { expiresAt: new Date('2026-01-01T10:00:00Z') })
    const young = await offerOne(actions, { group: 'young' })
    assert.equal(await actions.prune(new Date('2026-01-01T10:00:00Z')), 0)
    assert.equal(await actions.prune(new Date('2026-01-01T10:00:01Z')), 1)
    assert.equal(await actions.prune(new Date('2026-01-01T10:00:01Z')), 0)
    assert.deepEqual(await take(actions, old, 'tap 1'), { type: 'unknown' })
    assert.equal((await take(actions, young, 'tap 2')).type, 'taken')
  })

  withActions('whatever an action does is kept', async ({ actions }) => {
    const yes = await offerOne(actions, { does: { text: HOSTILE }, group: 'g\0', onlyFor: 'a\0' as UserId })
    const again = await offerOne(actions, { does: { text: HOSTILE }, group: 'g\0' })
    assert.equal(again.id, yes.id)
    const told = await take(actions, yes, 't\0', 'a\0' as UserId)
    assert.equal(told.type, 'taken')
    if (told.type === 'taken') assertSameText(String(told.action.does['text']), HOSTILE)
    assert.equal((await take(actions, yes, 't\0', 'a\0' as UserId)).type, 'taken')
  })
}

function action(name: string, wishes: Partial<Action> = {}): Action {
  return {
    id: randomUUID() as string as ActionId,
    group: 'group',
    name,
    place: CHAT,
    onlyFor: null,
    does: { type: 'something', nested: [1, { a: null }] },
    expiresAt: soon(),
    ...wishes,
  }
}
