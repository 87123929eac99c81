import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BotApiError } from '../world/api-error.ts'
import type { BotAccount } from '../world/model.ts'
import { createManagedBot, hasAccess, managedBots } from './managed-bots.ts'
import { createScene } from './test-scene.ts'

function manager() {
  const scene = createScene(managedBots, { canManageBots: true })
  const { world, user, bot } = scene
  const make = (username: string, announce = false) =>
    createManagedBot(world, user, bot, { name: 'Helper', username, announce })
  const made = (username: string): BotAccount => {
    const result = make(username)
    assert.ok(typeof result === 'object', String(result))
    return result
  }
  return { ...scene, make, made }
}

test('a managed bot is announced to its manager, which gets its token and can replace it', async () => {
  const { call, make, world, updates } = manager()
  const made = make('ada_helper_bot', true)
  assert.ok(typeof made === 'object')
  const [update, service] = updates()
  assert.equal(update?.managed_bot?.bot.username, 'ada_helper_bot')
  assert.equal(update.managed_bot.user.first_name, 'Ada')
  assert.equal(service?.message?.managed_bot_created?.bot.id, made.id)
  const token = await call('getManagedBotToken', { user_id: made.id })
  assert.equal(world.botByToken(token), made)
  const next = await call('replaceManagedBotToken', { user_id: made.id })
  assert.notEqual(next, token)
  assert.deepEqual([world.botByToken(token), world.botByToken(next)], [undefined, made])
  assert.equal(updates()[0]?.managed_bot?.bot.id, made.id)
})

test('a person makes at most twenty, with free names that end in bot, with a bot that manages', () => {
  const { make, made, world, user } = manager()
  assert.equal(make('helper'), 'USERNAME_INVALID')
  made('first_bot')
  assert.equal(make('FIRST_BOT'), 'USERNAME_OCCUPIED')
  for (let count = 1; count < 20; count += 1) made(`number_${count}_bot`)
  assert.equal(make('one_more_bot'), 'BOT_CREATE_LIMIT_EXCEEDED')
  const other = world.addBot({})
  const bot = { name: 'x', username: 'x_y_bot', announce: false }
  assert.equal(createManagedBot(world, user, other, bot), 'MANAGER_PERMISSION_MISSING')
})

test('access: open at first, then for the owner and up to ten others', async () => {
  const { call, refusal, made, world, user } = manager()
  const bot = made('closed_bot')
  const target = { user_id: bot.id }
  assert.deepEqual(await call('getManagedBotAccessSettings', target), { is_access_restricted: false })
  const eve = world.addUser({ firstName: 'Eve' })
  const mallory = world.addUser({ firstName: 'Mallory' })
  const restricted = { ...target, is_access_restricted: true }
  assert.equal(await call('setManagedBotAccessSettings', { ...restricted, added_user_ids: [eve.id, user.id] }), true)
  assert.deepEqual(await call('getManagedBotAccessSettings', target), {
    is_access_restricted: true,
    added_users: [eve.user],
  })
  assert.deepEqual(
    [user, eve, mallory].map(({ id }) => hasAccess(bot, id)),
    [true, true, false],
  )
  const eleven = Array.from({ length: 11 }, () => world.addUser({ firstName: 'N' }).id)
  const set = (ids: number[]) => refusal('setManagedBotAccessSettings', { ...restricted, added_user_ids: ids })
  assert.equal(await set(eleven), 'Bad Request: too many users specified')
  assert.equal(await set([1]), 'Bad Request: user not found')
})

test('only its own manager has a say', async () => {
  const { call, refusal, made, world } = manager()
  const bot = made('own_bot')
  const stranger = world.addBot({ canManageBots: true })
  const ask = () => call('getManagedBotToken', { user_id: bot.id }, {}, stranger)
  await assert.rejects(ask, new BotApiError(400, 'Bad Request: BOT_ACCESS_FORBIDDEN'))
  assert.equal(await refusal('getManagedBotToken', { user_id: stranger.id }), 'Bad Request: BOT_ACCESS_FORBIDDEN')
  assert.equal(await refusal('getManagedBotToken', { user_id: 5 }), 'Bad Request: user not found')
})
