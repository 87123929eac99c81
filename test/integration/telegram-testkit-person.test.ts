import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Api, GrammyError } from 'grammy'
import { startTelegram } from '../../testkit/telegram/server.ts'

test('a person sees actions, drafts, reactions and deletions, and what bots may not do', async (t) => {
  const telegram = await startTelegram({ checkAnswers: true })
  t.after(() => telegram.close())
  const bot = telegram.newBot({ username: 'maker_bot', canManageBots: true })
  const ada = telegram.newUser({ firstName: 'Ada' })
  const api = new Api(bot.token, { apiRoot: telegram.url })
  const asked = await ada.send('hello', { to: bot })

  const action = ada.expectAction()
  await api.sendChatAction(ada.id, 'typing')
  assert.equal(await action, 'typing')
  assert.deepEqual(ada.chat().actions, [{ from: bot.id, topic: null, action: 'typing' }])
  await assert.rejects(ada.expectAction({ within: 10 }), /no chat action/)

  await api.setMessageReaction(ada.id, asked.id, [{ type: 'emoji', emoji: '👀' }])
  assert.equal(await ada.expectReaction(asked, { emoji: '👀' }), '👀')

  await assert.rejects(ada.stopDraft(), /shows no draft that can be stopped/)
  await api.raw.sendMessageDraft({ chat_id: ada.id, draft_id: 7, text: 'Half', can_stop: true })
  assert.equal((await ada.expectDraft({ where: (draft) => draft.text === 'Half' })).canStop, true)
  await ada.stopDraft()
  assert.deepEqual(ada.chat().drafts, [])
  const stopped = (await api.getUpdates()).find((update) => update.stopped_message_generation !== undefined)
  assert.equal(stopped?.stopped_message_generation?.draft_id, 7)

  const sent = await api.sendMessage(ada.id, 'soon gone')
  const seen = await ada.expectReply()
  await api.deleteMessage(ada.id, sent.message_id)
  await ada.expectDelete(seen)

  const request = { request_id: 3, suggested_name: 'Mine', suggested_username: 'mine_bot' }
  const keyboard = [[{ text: 'Make a bot', request_managed_bot: request }]]
  await api.sendMessage(ada.id, 'Two taps', { reply_markup: { keyboard } })
  await ada.expectReply({ where: 'Two taps' })
  assert.equal((await ada.press('Make a bot')).text, 'made the bot @mine_bot')
  const made = (await api.getUpdates({ offset: -10 })).find((update) => update.managed_bot !== undefined)
  assert.equal(made?.managed_bot?.bot.username, 'mine_bot')

  await ada.blockBot(bot)
  await assert.rejects(api.sendMessage(ada.id, 'still there?'), refused(403, /blocked by the user/))
  await assert.rejects(ada.send('too late'), /has blocked/)
  await ada.unblockBot(bot)
  await ada.send('back again')
  assert.match(ada.transcript(), /sendMessage was refused: .*blocked/)
  assert.deepEqual(telegram.wrongAnswers, [])
})

test('a group that migrates and then goes: the bot is told where to, and then that it is out', async (t) => {
  const telegram = await startTelegram({ checkAnswers: true })
  t.after(() => telegram.close())
  const bot = telegram.newBot({ username: 'group_bot' })
  const ada = telegram.newUser({ firstName: 'Ada' })
  const group = telegram.newGroup({ title: 'Small', type: 'group', members: [ada, bot] })
  const api = new Api(bot.token, { apiRoot: telegram.url })
  await api.sendMessage(group.id, 'before')
  await ada.expectReply({ to: group, where: 'before' })
  const next = await ada.migrateGroup(group.id)
  await assert.rejects(
    api.sendMessage(group.id, 'after'),
    (error) => error instanceof GrammyError && error.parameters.migrate_to_chat_id === next,
  )
  await api.sendMessage(next, 'after')
  await ada.expectReply({ to: group, where: 'after' })
  await ada.deleteChat(next)
  await assert.rejects(api.sendMessage(next, 'anyone?'), refused(403, /not a member/))
})

function refused(code: number, why: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof GrammyError && error.error_code === code && why.test(error.description)
}
