// One conversation that a bot of any library must hold with the Telegram of the testkit, and what such a bot answers.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { startTelegram } from '../../testkit/telegram/server.ts'
import type { Telegram } from '../../testkit/telegram/server.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'

export const REPORT = new TextEncoder().encode('three checks, all green\n')
/** One pixel. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPj/HwADAgH/p2bZvwAAAABJRU5ErkJggg==',
  'base64',
)
export const COMMANDS = [{ command: 'start', description: 'Say hello' }]

export type World = {
  readonly telegram: Telegram
  readonly ada: UserClient
  readonly bot: { readonly token: string; readonly id: number; readonly username: string }
  /** For bots that poll: one that is still running would ask a closed Telegram for ever. */
  readonly beforeClosing: (stop: () => void | Promise<void>) => void
}

/** Answers are checked against the schemas; `holdConversation` fails when one was wrong. */
export async function telegramWorld(t: TestContext): Promise<World> {
  const telegram = await startTelegram({ checkAnswers: true })
  const stops: (() => void | Promise<void>)[] = []
  t.after(async () => {
    await Promise.allSettled(stops.map(async (stop) => await stop()))
    await telegram.close()
  })
  const bot = telegram.newBot({ username: 'library_bot', name: 'Library' })
  return { telegram, bot, ada: telegram.newUser({ firstName: 'Ada' }), beforeClosing: (stop) => void stops.push(stop) }
}

/**
 * The bot: /start says "Welcome, <name>" with the buttons Yes (`yes`) and No (`no`); a tap is answered "Chosen: <data>"
 * and turns the message into "You chose <data>" without buttons; "keys" gives a reply keyboard with Status, which is
 * answered "You pressed Status"; a document is downloaded and answered "<bytes> bytes of <name>"; an edit is answered
 * "Now: <text>"; "files" sends REPORT as report.txt with the caption "The *report*" in Markdown, PIXEL as a photo, and
 * both as an album of documents; "gone" sends a message, deletes it, and says "Deleted".
 */
export async function holdConversation({ telegram, ada, bot }: World): Promise<void> {
  await ada.send('/start', { to: bot })
  const welcome = await ada.expectReply({ where: 'Welcome, Ada' })
  assert.deepEqual(
    welcome.buttons.map((row) => row.map((button) => button.text)),
    [['Yes', 'No']],
  )
  const answer = await ada.tap(welcome, 'Yes')
  assert.deepEqual(answer, { type: 'answered', text: 'Chosen: yes', alert: false })
  const chosen = await ada.expectEdit(welcome, { where: 'You chose yes' })
  assert.deepEqual(chosen.buttons, [])

  await ada.send('keys')
  await ada.expectReply({ where: 'Here they are' })
  await ada.press('Status')
  await ada.expectReply({ where: 'You pressed Status' })

  await ada.sendFile({ bytes: REPORT, name: 'notes.txt', mimeType: 'text/plain' })
  await ada.expectReply({ where: `${REPORT.length} bytes of notes.txt` })

  await ada.send('files')
  const report = await ada.expectReply({ where: (message) => message.media?.name === 'report.txt' && !message.album })
  assert.deepEqual(Buffer.from(await ada.download(report)), Buffer.from(REPORT))
  assert.equal(report.text, 'The report')
  assert.deepEqual(report.entities, [{ type: 'bold', offset: 4, length: 6 }])
  const photo = await ada.expectReply({ where: (message) => message.media?.type === 'photo' })
  assert.deepEqual(Buffer.from(await ada.download(photo)), PIXEL)
  const album = [await ada.expectReply({ where: isAlbum }), await ada.expectReply({ where: isAlbum })]
  assert.equal(new Set(album.map((message) => message.album)).size, 1)
  assert.deepEqual(
    album.map((message) => message.media?.name),
    ['report.txt', 'pixel.png'],
  )

  const typo = await ada.send('plain text that nobody answers')
  await ada.edit(typo, 'fixed')
  await ada.expectReply({ where: 'Now: fixed' })

  await ada.send('gone')
  await ada.expectReply({ where: 'Deleted' })
  await ada.expectChat((chat) => !chat.messages.some((message) => message.text === 'Soon gone'))

  await ada.expectChat((chat) => chat.commands.length === 1)
  assert.deepEqual(ada.chat().commands, COMMANDS)
  await ada.expectNoMore({ for: 100, edits: true })
  assert.deepEqual(telegram.wrongAnswers, [])
}

function isAlbum(message: { readonly album: string | null }): boolean {
  return message.album !== null
}
