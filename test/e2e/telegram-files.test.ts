// What people send besides short texts: voice, photos, documents, albums, long pastes, and too much.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { eventsOf } from '../support/factotum.ts'
import { becomes, expectChatToHold, moment, openStage, PATIENT } from './telegram-stage.ts'
import type { Stage } from './telegram-stage.ts'

const PAGE = z.object({ items: z.array(z.object({ id: z.string(), input_text: z.string() })) })
const PIXEL = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0),
)
const ENDED = /Done|Failed|I am Factotum|Hello!|offline/
const bytesOf = (text: string) => new TextEncoder().encode(text)

test('voice, photos, documents, albums and long pastes each come in as one', async (t) => {
  const stage = await openStage(t, { telegram: { checkAnswers: true } })
  const { ada, bot, telegram, up } = stage
  await up()
  const ended = async (where: RegExp) => {
    const card = await ada.expectReply({ where, ...PATIENT })
    if (!ENDED.test(card.text)) await becomes(ada, card, ENDED)
    return card
  }

  await t.test('a voice of which nothing can be made out is kept, and that is said', async () => {
    const voice = await ada.sendVoice({ bytes: bytesOf('OggS a voice'), seconds: 3 }, { to: bot })
    const kept = await ada.expectReply(PATIENT)
    assert.equal(kept.replyTo, voice.id)
    assert.match(
      kept.text,
      /^Kept: voice\S* \(12 bytes\)\.\s[\s\S]*the file itself is kept\.\s+Reply to this message with a request, and they are kept with its task\.$/,
    )
  })

  await t.test('a document without a word waits for the reply that says what to do with it', async () => {
    await ada.sendFile({ bytes: bytesOf('a,b\n1,2\n'), name: 'table.csv', mimeType: 'text/csv' })
    const kept = await ada.expectReply({ where: /^Kept: table\.csv \(8 bytes\)\.\s[\s\S]*Reply/, ...PATIENT })
    await moment()
    await ada.send('what can you do?', { replyTo: kept })
    await ended(/what can you do|I am Factotum/)
    assert.deepEqual(await filesOfNewest(stage), ['table.csv'])
  })

  await t.test('a photo with a caption is a request with a file', async () => {
    await ada.sendPhoto({ bytes: PIXEL, caption: 'hello' })
    await ended(/· hello|Hello!/)
    const [file = '', ...more] = await filesOfNewest(stage)
    assert.match(file, /^photo.*\.jpg$/)
    assert.deepEqual(more, [])
  })

  await t.test('an album is one request', async () => {
    await ada.sendAlbum([
      { type: 'document', bytes: bytesOf('one'), name: 'one.txt', caption: 'who are you?' },
      { type: 'document', bytes: bytesOf('two'), name: 'two.txt' },
      { type: 'document', bytes: bytesOf('three'), name: 'three.txt' },
    ])
    await ended(/who are you|I am Factotum/)
    assert.deepEqual(await filesOfNewest(stage), ['one.txt', 'three.txt', 'two.txt'])
  })

  await t.test('an album without a word is kept as one', async () => {
    await ada.sendAlbum([
      { type: 'photo', bytes: PIXEL },
      { type: 'photo', bytes: PIXEL },
    ])
    const kept = await ada.expectReply({ where: /^Kept:/, ...PATIENT })
    assert.match(kept.text, /^Kept: photo\S* \(\d+ bytes\), photo\S* \(\d+ bytes\)\.\s[\s\S]*Reply/)
  })

  await t.test('a paste that the app cut up is one request, whole', async () => {
    const paste = `what can you do?\n${Array.from({ length: 180 }, (_, line) => `${line} ${'pasted words '.repeat(4)}`.trim()).join('\n')}`
    assert.ok(paste.length > 9_000)
    const parts = await ada.sendAll(paste, { to: bot })
    assert.equal(parts.length, 3)
    await ended(/what can you do/)
    const [newest] = await tasks(stage)
    assert.equal(newest?.input_text, paste)
  })

  await t.test('what is too big is said to be, with the limit', async () => {
    await ada.sendFile({
      bytes: new Uint8Array(20 * 1024 * 1024 + 1),
      name: 'big.bin',
      mimeType: 'application/octet-stream',
    })
    const told = await ada.expectReply({ where: /too big/, ...PATIENT })
    assert.match(told.text, /^big\.bin is too big: I can take files of up to 20 MB\.$/)
  })
  assert.equal((await tasks(stage)).length, 4)
  const answer =
    'bot: I am Factotum, working with the offline model: no model key is set, so I follow recipes instead of thinking. [Details]'
  await expectChatToHold(
    ada,
    bot,
    [
      'Ada: (voice)',
      'bot: Kept: voice-1.ogg (12 bytes).',
      'Ada: (document table.csv)',
      'bot: Kept: table.csv (8 bytes).',
      'Ada: what can you do?',
      answer,
      'Ada: (photo) hello',
      'bot: Hello! Tell me what to build, ask a question, or ask “what can you do?”. [Details]',
      'Ada: (document one.txt) who are you?',
      'Ada: (document two.txt)',
      'Ada: (document three.txt)',
      answer,
      'Ada: (photo)',
      'Ada: (photo)',
      'bot: Kept: photo-14.jpg (70 bytes), photo-15.jpg (70 bytes).',
      'Ada: what can you do?',
      'Ada: 74 pasted words pasted words pasted words pasted words',
      'Ada: 147 pasted words pasted words pasted words pasted words',
      "bot: I don't know: nothing that was said here or given to me to look things up in answers this. No model key is set, so I can't think it out either. To get a real one, put ANTHROPIC_API_KEY=… (or OPENAI_API_KEY, GEMINI_API_KEY) into .env.secrets and restart. [Details]",
      'Ada: (document big.bin)',
      'bot: big.bin is too big: I can take files of up to 20 MB.',
      // Why a picture says nothing to this machine is the machine's affair.
    ],
    (line) => !line.includes('the file itself is kept'),
  )
  assert.deepEqual(telegram.wrongAnswers, [])
})

async function tasks({ place }: Stage): Promise<readonly { readonly id: string; readonly input_text: string }[]> {
  const listed = await place.run('task', 'list', '--json')
  return PAGE.parse(JSON.parse(listed.stdout)).items
}

/** Names of what came with the newest request. */
async function filesOfNewest(stage: Stage): Promise<readonly string[]> {
  const [newest] = await tasks(stage)
  const events = await stage.place.run('task', 'events', newest?.id ?? '', '--json')
  return eventsOf(events.stdout)
    .flatMap((event) => (event.type === 'artifact.added' ? [String(event.data['name'])] : []))
    .toSorted()
}
