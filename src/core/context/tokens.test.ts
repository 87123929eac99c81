// The estimate against real tokenizers, and the cut against the estimate.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countTokens as newer } from 'gpt-tokenizer/encoding/o200k_base'
import { countTokens as older } from 'gpt-tokenizer/encoding/cl100k_base'
import { clipToTokens, countTokens } from './tokens.ts'

const SAMPLES: Readonly<Record<string, string>> = {
  english:
    'Please build me a page with a contact form and show it in the browser. Never touch the production database! ' +
    'The answer should be short, and it must say where every number comes from (see the README, section 3).',
  code: `export async function load(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path)
  if (bytes.length > MOST_BYTES) throw new Error(\`\${path} is too large: \${bytes.length}\`)
  return bytes.subarray(0, bytes.indexOf(0x0a) >>> 1) // the first half
}`,
  json: '{"id":"0198f3a2-7c1b-7e44","status":"needs_approval","items":[1,2.5,null],"created_at":"2026-11-21T10:00:00Z"}',
  cyrillic:
    'Сделай мне, пожалуйста, страницу с формой обратной связи и покажи её в браузере. Никогда не трогай рабочую базу данных!',
  german: 'Bitte erstelle eine Übersichtsseite mit Kontaktformular. Größere Änderungen bestätige ich vorher selbst.',
  chinese: '请帮我创建一个带有联系表单的网页，并在浏览器中展示。永远不要碰生产数据库。回答应该简短明了。',
  japanese:
    'お問い合わせフォームのあるページを作って、ブラウザで見せてください。本番データベースには触らないでください。',
  hindi: 'कृपया मेरे लिए संपर्क फ़ॉर्म वाला एक वेब पेज बनाएं और इसे ब्राउज़र में दिखाएं।',
  emoji: '👍🎉🚀👩‍👩‍👧‍👦🇩🇪🏳️‍🌈😀😃😄 ok 👋🏽',
  table: '| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n',
}

for (const [name, text] of Object.entries(SAMPLES)) {
  test(`${name}: rather too many tokens than too few, and not far from what a tokenizer of today says`, () => {
    const [estimate, real] = [countTokens(text.repeat(4)), newer(text.repeat(4))]
    assert.ok(estimate >= real * 0.95, `${estimate} for ${real}`)
    assert.ok(estimate <= real * 4, `${estimate} for ${real}`)
    assert.ok(estimate >= older(text.repeat(4)) * 0.85, `${estimate} for ${older(text.repeat(4))} of the older one`)
  })
}

test('what most of a conversation is, is estimated within a third', () => {
  for (const name of ['english', 'code', 'json', 'german']) {
    const text = SAMPLES[name] ?? ''
    assert.ok(countTokens(text) <= newer(text) * 1.4, `${name}: ${countTokens(text)} for ${newer(text)}`)
  }
})

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc
    .array(fc.constantFrom(...Object.values(SAMPLES), '\n', '   ', '\t\t', 'a', '9'), { maxLength: 20 })
    .map((parts) => parts.join('')),
)

test('any text: nothing costs nothing but nothing, and two texts together cost at most what they cost apart', () => {
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      assert.equal(countTokens(one) === 0, one === '')
      assert.ok(countTokens(one + other) <= countTokens(one) + countTokens(other) + 1)
    }),
  )
})

test('any text, any limit: what is cut fits, keeps both ends, and what fits is not cut', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 0, max: 300 }), (text, limit) => {
      const clipped = clipToTokens(text, limit)
      assert.ok(countTokens(clipped) <= limit, `${countTokens(clipped)} of ${limit}`)
      if (countTokens(text) <= limit) assert.equal(clipped, text)
      else assert.ok(clipped.length <= text.length + 60)
    }),
    { numRuns: 500 },
  )
})

test('of a long paste the beginning and the end are told, and how much is missing', () => {
  const paste = `This is my log:\n${'noise '.repeat(100_000)}\nWhy does it fail?`
  const clipped = clipToTokens(paste, 100)
  assert.match(clipped, /^This is my log:/)
  assert.match(clipped, /Why does it fail\?$/)
  assert.match(clipped, /\n\[\d{6} characters left out\]\n/)
})
