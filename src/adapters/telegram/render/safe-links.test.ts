import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { renderContent } from './render-content.ts'

test('whatever models write, there is no way but to the web, and nothing is loaded', () => {
  const piece = fc.constantFrom(
    ...[
      '[a](',
      '![b](',
      ')',
      '[c]: ',
      '[c]',
      '<',
      '>',
      'tg://user?id=1',
      'javascript:x',
      'https://a.example',
      '`',
      '\n',
      '\\',
      ' ',
    ],
    ...['<img src=x>', '<tg-button type="url">', '<!--', 'mailto:a@b.example', 'www.a.example', '://', '](tg://x)'],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      for (const form of ['rich', 'entities', 'plain'] as const) {
        for (const message of renderContent({ markdown: pieces.join(''), folds: [], buttons: [] }, form).messages) {
          const shown = JSON.stringify(message.type === 'text' ? message.entities : message.blocks)
          for (const [, url = ''] of shown.matchAll(/"url":"([^"]*)"/g)) assert.match(url, /^https?:\/\//)
          assert.doesNotMatch(shown, /"type":"(?:photo|image|video|animation|text_mention)"/)
        }
      }
    }),
    { numRuns: 2_000 },
  )
})
