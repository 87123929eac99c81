// Whole files through everything that reads them: real bytes, models over real HTTP, and this machine when they fail.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createModels } from '../../src/adapters/models/models.ts'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import type { FileToRead, Reading } from '../../src/core/reading/read-file.ts'
import { readFile } from '../../src/core/reading/read-file.ts'
import { configOf } from '../../testkit/llm/provider-config.ts'
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import type { LlmRequest, ScriptedTurn } from '../../testkit/llm/turn.ts'
import { docxOf, hasProgram, pdfOf, pictureOf, speechOf } from '../support/sample-files.ts'
import { never, prepareReaders } from './readers-ground.ts'

const ground = prepareReaders()
const telemetry = { log: () => undefined, count: () => undefined, time: () => undefined }

async function readWith(respond: (request: LlmRequest) => ScriptedTurn, file: FileToRead): Promise<Reading> {
  const llm = await createScriptedLlm({ respond })
  try {
    const models = createModels(configOf(llm.url, ['openai', 'google']), { log: () => {}, backoffMs: 1 })
    const deps = { models, readers: ground.readers, telemetry, clock: createSystemClock(), modelDeadlineMs: 1_500 }
    return await readFile(deps, file, never)
  } finally {
    await llm.close()
  }
}

const TROUBLE: Readonly<Record<string, ScriptedTurn>> = {
  'a limit of rate': { fault: 'status', status: 429 },
  'a failing provider': { fault: 'status', status: 500 },
  'a refused key': { fault: 'status', status: 401 },
  'a provider that hangs': { fault: 'hang', headers: false },
}

for (const [name, turn] of Object.entries(TROUBLE)) {
  test(`${name}: the machine reads the picture by itself`, async (t) => {
    if (!hasProgram('tesseract')) return t.skip('tesseract is not installed')
    if (!(await ground.isUsable(t))) return
    const bytes = pictureOf('Platform nine', 'png')
    if (bytes === null) return t.skip('no font to draw with: apt-get install ffmpeg fonts-dejavu-core')
    const reading = await readWith(() => turn, { bytes, name: 'sign.png', mediaType: 'image/png', kind: 'photo' })
    assert.ok(reading.type === 'read', JSON.stringify(reading))
    assert.equal(reading.kind, 'ocr_text')
    assert.equal(reading.content.text, 'Platform nine')
  })
}

test('a voice message is heard by the model, and what is no voice message is not sent to it', async (t) => {
  const bytes = speechOf('hello', 'ogg')
  if (bytes === null) return t.skip('nobody to speak: apt-get install espeak-ng ffmpeg')
  const respond = (request: LlmRequest): ScriptedTurn => {
    assert.deepEqual(request.media[0]?.bytes, bytes)
    return { text: 'Hello.' }
  }
  const reading = await readWith(respond, { bytes, name: 'voice', mediaType: '', kind: 'voice' })
  assert.ok(reading.type === 'read' && reading.kind === 'voice_transcript')
  assert.equal(reading.content.text, 'Hello.')
  const asked = (): never => assert.fail('a model was asked')
  const pdf = await readWith(asked, {
    bytes: pdfOf(['In truth a PDF']),
    name: 'voice.ogg',
    mediaType: 'audio/ogg',
    kind: 'voice',
  })
  assert.ok(pdf.type === 'read' && pdf.kind === 'file_meta' && pdf.content.text === 'In truth a PDF')
})

test('documents go to no model', async () => {
  const asked = (): never => assert.fail('a model was asked')
  const file: FileToRead = { bytes: docxOf(['Dear Ada']), name: 'a.docx', mediaType: 'application/octet-stream' }
  const reading = await readWith(asked, file)
  assert.ok(reading.type === 'read')
  assert.deepEqual(reading.content, {
    paragraphs: 1,
    media_type: 'application/zip',
    text: 'Dear Ada',
    by: 'local/docx',
    truncated: false,
  })
})
