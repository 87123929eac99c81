// Files that people send, alone or in albums, and what becomes of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, BOT, createChatStage } from '../../../test/simulation/chat-stage.ts'
import type { ChatStage } from '../../../test/simulation/chat-stage.ts'
import type { Artifact } from '../ports/artifact-store.ts'
import type { TaskId } from '../vocabulary/ids.ts'

async function filesOf(stage: ChatStage, taskId: TaskId): Promise<readonly Artifact[]> {
  return (await stage.base.artifacts.ofTask(taskId)).filter(({ kind }) => kind === 'file')
}

test('files come along: with a caption, without one, and when they are too big', async () => {
  const stage = createChatStage()
  await stage.say(ADA, 'Summarize this', { attachments: [stage.attachment('report')] })
  const first = await stage.newest()
  const [artifact] = await stage.base.artifacts.ofTask(first.id)
  assert.equal(artifact?.name, 'report.txt')
  assert.equal((await stage.base.objects.get(artifact.objectKey))?.byteLength, 3)
  assert.ok((await stage.base.store.events(first.id, 0, 100)).some((event) => event.type === 'artifact.added'))

  const alone = await stage.say(ADA, '', { attachments: [stage.attachment('table'), stage.attachment('chart')] })
  assert.equal((await stage.tasks()).length, 1)
  assert.match(await stage.answerTo(alone, 'stored'), /Kept: table.txt \(3 bytes\), chart.txt \(3 bytes\)/)
  await stage.say(ADA, 'Draw it', { replyTo: await stage.refOf(`note:${alone.place.chat}/${alone.ref}/stored`) })
  const second = await stage.newest()
  assert.deepEqual((await filesOf(stage, second.id)).map(({ name }) => name).toSorted(), ['chart.txt', 'table.txt'])
  await stage.say(ADA, 'Draw it again', { replyTo: alone.ref })
  assert.equal((await filesOf(stage, (await stage.newest()).id)).length, 2)

  stage.files.set('huge', { type: 'too_big', limitBytes: 20_000_000 })
  const huge = await stage.say(ADA, 'And this?', { attachments: [{ ...stage.attachment('huge', null) }] })
  assert.match(await stage.answerTo(huge, 'files'), /huge.txt is too big: I can take files of up to 20 MB/)
  assert.equal((await stage.newest()).inputText, 'And this?')

  const voice = await stage.say(ADA, '', { attachments: [stage.attachment('memo', 3, 'voice')] })
  assert.match(
    await stage.answerTo(voice, 'stored'),
    /^Kept: memo\.txt \(3 bytes\)\.\n\n.*Nothing here understands speech; the file itself is kept\.\n\nReply to this message/,
  )
})

test("an album's late parts belong to its first", async () => {
  const stage = createChatStage()
  const externalId = 'album:9'
  const first = await stage.say(ADA, 'Compare these', { attachments: [stage.attachment('a')], externalId })
  await stage.say(ADA, '', { attachments: [stage.attachment('b')], externalId })
  assert.equal((await stage.tasks()).length, 1)
  const task = await stage.newest()
  assert.deepEqual(
    (await filesOf(stage, task.id)).map(({ name }) => name),
    ['a.txt', 'b.txt'],
  )
  assert.equal((await stage.base.cards.get(task.id))?.request, first.ref)

  const other = 'album:10'
  const silent = await stage.say(ADA, '', { attachments: [stage.attachment('c')], externalId: other })
  await stage.say(ADA, 'Merge them', { attachments: [stage.attachment('d')], externalId: other })
  assert.equal((await stage.tasks()).length, 2)
  const merged = await filesOf(stage, (await stage.newest()).id)
  assert.deepEqual(
    merged.map(({ name }) => name),
    ['c.txt', 'd.txt'],
  )
  const note = await stage.base.outbox.find(BOT, `note:${silent.place.chat}/${silent.ref}/stored`)
  assert.equal(note?.posting.type, 'nothing')
})

test('names of files lead nowhere', async () => {
  const stage = createChatStage()
  const evil = { ...stage.attachment('e'), name: '../../etc/pass\u0000wd\u202egnp.exe' }
  await stage.say(ADA, 'Look', { attachments: [evil] })
  const [artifact] = await stage.base.artifacts.ofTask((await stage.newest()).id)
  assert.equal(artifact?.name, '.._.._etc_passwdgnp.exe')
})
