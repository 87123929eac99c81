// Letters in real pictures and words in real speech, read by the programs of this machine inside a real sandbox.
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createMemorySandboxProvider } from '../../src/adapters/memory/sandbox.ts'
import { createLocalReaders, findReaders } from '../../src/adapters/readers/local-readers.ts'
import { noise } from '../contract/local-readers.ts'
import { hasProgram, pictureOf, scannedPdfOf, speechOf } from '../support/sample-files.ts'
import { fileOf, never, prepareReaders, saidBy } from './readers-ground.ts'

const ground = prepareReaders()

async function isUsable(t: TestContext, programs: readonly string[]): Promise<boolean> {
  const missing = programs.find((program) => !hasProgram(program))
  if (missing !== undefined) t.skip(`${missing} is not installed`)
  return missing === undefined && (await ground.isUsable(t))
}

test('the letters of a picture are read, and nothing is left of the place where that was', async (t) => {
  if (!(await isUsable(t, ['tesseract']))) return
  const png = pictureOf('Invoice 4711 is due', 'png')
  const jpg = pictureOf('Call me tomorrow', 'jpg')
  if (png === null || jpg === null) return t.skip('no font to draw with: apt-get install ffmpeg fonts-dejavu-core')
  assert.equal(saidBy(await ground.readers.imageText(fileOf('scan.png', png), never)), 'Invoice 4711 is due')
  assert.equal(saidBy(await ground.readers.imageText(fileOf('wrong.pdf', jpg), never)), 'Call me tomorrow')
  const workspaces = join(ground.dataDir, 'workspaces')
  assert.deepEqual(existsSync(workspaces) ? readdirSync(workspaces) : [], [])
})

test('a PDF whose pages are pictures is read as pictures are', async (t) => {
  if (!(await isUsable(t, ['tesseract', 'pdftoppm']))) return
  const jpg = pictureOf('Scanned contract', 'jpg')
  if (jpg === null) return t.skip('no font to draw with: apt-get install ffmpeg fonts-dejavu-core')
  const reading = await ground.readers.documentText(fileOf('scan.pdf', scannedPdfOf(jpg)), never)
  assert.equal(saidBy(reading), 'Scanned contract')
  assert.ok(reading.type === 'read' && reading.about['pages'] === 1)
})

test('words that are said are heard, in whatever they are packed', async (t) => {
  if (!(await isUsable(t, ['ffmpeg', 'pocketsphinx_batch']))) return
  for (const extension of ['ogg', 'wav', 'm4a'] as const) {
    const bytes = speechOf('one two three four five', extension)
    if (bytes === null) return t.skip('nobody to speak: apt-get install espeak-ng ffmpeg')
    const reading = await ground.readers.speechText(fileOf(`voice.${extension}`, bytes), never)
    assert.match(saidBy(reading), /three four/)
    assert.equal(reading.type === 'read' && reading.by, 'local/pocketsphinx')
  }
})

test('noise and a playlist that names a file of the machine are no recording', async (t) => {
  if (!(await isUsable(t, ['ffmpeg', 'pocketsphinx_batch']))) return
  const playlist = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'
  const concat = "ffconcat version 1.0\nfile '/etc/passwd'\n"
  for (const bytes of [noise(5_000), new TextEncoder().encode(playlist), new TextEncoder().encode(concat)]) {
    const said = saidBy(await ground.readers.speechText(fileOf('voice.ogg', bytes), never))
    assert.match(said, /^\[This recording is damaged/)
    assert.doesNotMatch(said, /root:/)
  }
})

test('where there is no sandbox nothing is run', async () => {
  const sandboxes = createMemorySandboxProvider({ files: new Map(), level: 'L0' })
  const readers = createLocalReaders({ ...ground.deps, sandboxes })
  for (const read of [readers.imageText, readers.speechText]) {
    const reading = await read(fileOf('a', noise(100)), never)
    assert.ok(reading.type === 'unsupported' && /sandbox/.test(reading.hint))
  }
})

test('a program that is missing, takes too long or ends its sandbox is told of with what would help', async () => {
  const outcomeOf = async (result: object) => {
    const files = new Map()
    const sandboxes = createMemorySandboxProvider({ files, script: { exec: async () => result } })
    const readers = createLocalReaders({
      ...ground.deps,
      sandboxes,
      removeWorkspace: async (it) => void files.delete(it),
    })
    const said = [
      saidBy(await readers.imageText(fileOf('a.png', noise(10)), never)),
      saidBy(await readers.speechText(fileOf('a.ogg', noise(10)), never)),
    ]
    assert.equal(files.size, 0)
    return said
  }
  const missing = await outcomeOf({ exitCode: 127 })
  assert.match(missing[0] ?? '', /apt-get install tesseract-ocr/)
  assert.match(missing[1] ?? '', /apt-get install ffmpeg pocketsphinx pocketsphinx-en-us/)
  for (const said of await outcomeOf({ exitCode: null, timedOut: true })) assert.match(said, /takes too long/)
  for (const said of await outcomeOf({ exitCode: 65 })) assert.match(said, /is damaged/)
})

test('what the machine reads is found without running anything', async () => {
  const findings = await findReaders()
  assert.equal(findings.length, 4)
  for (const { ok, detail } of findings) assert.ok(ok || /apt-get install/.test(detail))
})
