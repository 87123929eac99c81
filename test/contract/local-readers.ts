// What every LocalReaders promises. Each implementation's test calls this with its own way to get readers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { LocalFile, LocalReaders } from '../../src/core/ports/local-readers.ts'
import { docxOf, lyingZip, pdfOf, zipBomb } from '../support/sample-files.ts'

const never = new AbortController().signal
const file = (name: string, bytes: Uint8Array | string, mediaType = ''): LocalFile => ({
  name,
  bytes: typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes,
  mediaType,
})

/** `open` gives readers, or null after skipping the test with its reason. */
export function localReadersContract(name: string, open: (t: TestContext) => Promise<LocalReaders | null>): void {
  const promise = (title: string, check: (readers: LocalReaders) => Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => {
      const readers = await open(t)
      if (readers !== null) await check(readers)
    })
  }

  promise('a document that can be read gives its text, what it is, and who read it', async (readers) => {
    const reading = await readers.documentText(file('a.txt', 'first\nsecond'), never)
    assert.equal(reading.type, 'read')
    if (reading.type !== 'read') return
    assert.equal(reading.text, 'first\nsecond')
    assert.equal(reading.truncated, false)
    assert.ok(reading.by.length > 0)
  })

  promise('text that goes on is cut, and says so', async (readers) => {
    const reading = await readers.documentText(file('a.txt', 'word '.repeat(200_000)), never)
    assert.ok(reading.type === 'read' && reading.truncated && reading.text.length <= 100_000)
  })

  promise('what no reader knows is unsupported, with what would help', async (readers) => {
    const reading = await readers.documentText(file('a.bin', noise(4_000)), never)
    assert.ok(reading.type === 'unsupported' && reading.hint.endsWith('.'))
  })

  promise('nothing that a file holds makes a reader throw', async (readers) => {
    const hostile = [
      zipBomb(),
      lyingZip(),
      new TextEncoder().encode(`%PDF-1.4\n${'<<'.repeat(100_000)}`),
      pdfOf(['whole']).subarray(0, 300),
      docxOf(['whole']).subarray(0, 120),
      new Uint8Array([0x1f, 0x8b, 8, 0, 1, 2, 3]),
      new Uint8Array([0x50, 0x4b, 3, 4]),
    ]
    for (const bytes of hostile) {
      const reading = await readers.documentText(file('a', bytes), never)
      assert.notEqual(reading.type, 'read')
      const sentence = reading.type === 'failed' ? reading.reason : reading.type === 'unsupported' ? reading.hint : ''
      assert.match(sentence, /^[A-Z][^\n]+\.$/)
    }
  })

  promise('pictures and recordings that are none are told of in a sentence', async (readers) => {
    for (const read of [readers.imageText, readers.speechText]) {
      const reading = await read(file('a', noise(2_000)), never)
      assert.ok(reading.type !== 'read' || reading.text === '')
      const sentence = reading.type === 'failed' ? reading.reason : reading.type === 'unsupported' ? reading.hint : 'A.'
      assert.match(sentence, /^[A-Z][^\n]*\.$/)
    }
  })

  promise('files side by side do not disturb each other', async (readers) => {
    const names = ['a', 'b', 'c', 'd']
    const readings = await Promise.all(names.map((it) => readers.documentText(file(`${it}.txt`, it.repeat(9)), never)))
    assert.deepEqual(
      readings.map((reading) => (reading.type === 'read' ? reading.text : null)),
      names.map((it) => it.repeat(9)),
    )
  })

  promise('whoever gives up gets no text', async (readers) => {
    const stop = new AbortController()
    const reading = readers.documentText(file('a.txt', 'words'), stop.signal)
    stop.abort(new Error('enough'))
    const outcome = await reading.then(
      ({ type }) => type,
      () => 'rejected',
    )
    assert.ok(outcome === 'failed' || outcome === 'rejected', outcome)
  })
}

/** The same every time, and no text. */
export function noise(length: number): Uint8Array {
  let state = 4_711
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state >>> 24
  })
}
