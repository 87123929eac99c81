import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { MessageEntity, RichText } from 'grammy/types'
import type { ActionId } from '../../../core/vocabulary/ids.ts'
import type { Content } from '../../../core/vocabulary/post.ts'
import { isVisible } from './clean-text.ts'
import { textLength } from './document-to-rich.ts'
import type { RichBlock } from './document-to-rich.ts'
import { renderContent } from './render-content.ts'
import type { Form, RenderedMessage } from './render-content.ts'

const FORMS = ['rich', 'entities', 'plain'] as const

function content(markdown: string, more: Partial<Content> = {}): Content {
  return { markdown, folds: [], buttons: [], ...more }
}

function texts(form: Form, given: Content): readonly string[] {
  return renderContent(given, form).messages.map((message) =>
    message.type === 'text' ? message.text : message.blocks.map(blockText).join('\n'),
  )
}

function blockText(block: RichBlock): string {
  if (block.type === 'list') return block.items.map((item) => item.blocks.map(blockText).join('\n')).join('\n')
  if (block.type === 'table')
    return block.cells.map((row) => row.map((cell) => richText(cell.text ?? '')).join('\n')).join('\n')
  const title = 'summary' in block ? `${richText(block.summary)}\n` : ''
  if ('blocks' in block) return title + block.blocks.map(blockText).join('\n')
  return 'text' in block ? richText(block.text) : ''
}

function richText(text: RichText): string {
  if (typeof text === 'string') return text
  if (Array.isArray(text)) return text.map(richText).join('')
  return 'text' in text ? richText(text.text) : ''
}

/** What Telegram demands of any message, whatever it says. */
function assertTakeable(message: RenderedMessage): void {
  if (message.type === 'rich') {
    const { text, blocks, depth } = measureRich(message.blocks)
    assert.ok(message.blocks.length > 0 && text <= 32_768 && blocks <= 500 && depth <= 16, `${text} ${blocks} ${depth}`)
    return
  }
  const { text, entities } = message
  assert.ok(isVisible(text) && text.length <= 4096 && text.isWellFormed() && entities.length <= 100)
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/)
  for (const entity of entities) assertEntity(text, entity, entities)
}

function assertEntity(text: string, { offset, length, type }: MessageEntity, all: readonly MessageEntity[]): void {
  const end = offset + length
  assert.ok(offset >= 0 && length > 0 && end <= text.length, `${type} ${offset}+${length} of ${text.length}`)
  assert.ok(text.slice(offset, end).isWellFormed(), 'no entity cuts a character in two')
  for (const other of all) {
    const otherEnd = other.offset + other.length
    const crosses = other.offset > offset && other.offset < end && otherEnd > end
    assert.equal(crosses, false, `${type} and ${other.type} cross`)
  }
}

function measureRich(blocks: readonly RichBlock[], depth = 1): { text: number; blocks: number; depth: number } {
  const total = { text: 0, blocks: 0, depth }
  const add = (inner: { text: number; blocks: number; depth: number }) => {
    total.text += inner.text
    total.blocks += inner.blocks
    total.depth = Math.max(total.depth, inner.depth)
  }
  for (const block of blocks) {
    total.blocks += 1
    if ('blocks' in block) add(measureRich(block.blocks, depth + 1))
    if (block.type === 'list')
      for (const item of block.items) add({ ...measureRich(item.blocks, depth + 1), blocks: 1 + item.blocks.length })
    if (block.type === 'table') total.blocks += block.cells.length
    if (block.type === 'paragraph') assert.ok(isVisible(richText(block.text)), 'no paragraph is empty')
    if ('summary' in block) total.text += richText(block.summary).length
    else if (!('blocks' in block) && block.type !== 'list') total.text += blockText(block).length
  }
  return total
}

const letters = fc.string({ unit: 'grapheme', maxLength: 60 })
const noise = fc.oneof(
  letters,
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('\ud83d', '\udc69', '\u202e', '\u0000', '\u200b', '&#x202e;', '👨‍👩‍👧‍👦', '\r\n', '\t', ' '),
  fc.constantFrom(
    '**',
    '*',
    '_',
    '~~',
    '`',
    '```\n',
    '> ',
    '>>> ',
    '- ',
    '1. ',
    '# ',
    '| a | b |\n|-|-|\n',
    '---\n',
    '\n\n',
  ),
  fc.constantFrom(
    '[a](https://a.example)',
    '![x](http://y.example/z.png)',
    '[b][c]',
    '<b>',
    '[^1]',
    '\n[c]: x\n',
    '- [ ] ',
  ),
  fc.integer({ min: 1, max: 6000 }).map((length) => 'word '.repeat(length / 5)),
  fc.integer({ min: 1, max: 400 }).map((length) => '**b** `c` '.repeat(length)),
)
const anyMarkdown = fc.array(noise, { maxLength: 25 }).map((parts) => parts.join(''))
const anyContent: fc.Arbitrary<Content> = fc.record({
  markdown: anyMarkdown,
  folds: fc.array(fc.record({ title: letters, text: anyMarkdown }), { maxLength: 3 }),
  buttons: fc.array(
    fc.array(
      fc.record({
        label: letters,
        style: fc.constantFrom('plain' as const, 'good' as const, 'danger' as const),
        does: fc.oneof(
          fc.constant({ type: 'act' as const, action: 'abcdefghijklmnopqrstuvwxyz' as ActionId }),
          fc.oneof(fc.webUrl(), letters).map((url) => ({ type: 'open' as const, url })),
        ),
      }),
      { maxLength: 12 },
    ),
    { maxLength: 4 },
  ),
})

test('whatever is posted, in every form, each message is within the limits', () => {
  fc.assert(
    fc.property(anyContent, fc.constantFrom(...FORMS), fc.boolean(), (given, form, urls) => {
      const { messages, keyboard, whole } = renderContent(given, form, urls)
      assert.ok(messages.length >= 1 && messages.length <= 3)
      for (const message of messages) assertTakeable(message)
      assert.ok(keyboard.every((row) => row.length >= 1 && row.length <= 8 && row.every((key) => isVisible(key.text))))
      if (whole !== null) {
        const file = new TextDecoder().decode(whole.bytes)
        assert.ok(file.startsWith(given.markdown.toWellFormed().replace(/^\ufeff/, '')))
      }
      if (form === 'plain')
        assert.ok(messages.every((message) => message.type === 'text' && message.entities.length === 0))
    }),
    { numRuns: 150 },
  )
})

/** Markdown around words of its own, and the words. */
const word = fc.stringMatching(/^[a-z]{1,12}$/).map((text) => ({ markdown: text, words: [text] }))
const unicode = letters
  .map((text) => text.replaceAll(/[^\p{L}\p{Extended_Pictographic}]/gu, ''))
  .map((text) => ({ markdown: text, words: text === '' ? [] : [text] }))
const inline = fc.oneof(
  { weight: 4, arbitrary: word },
  unicode,
  ...(['**', '*', '~~', '`'] as const).map((mark) =>
    word.map((inner) => ({ ...inner, markdown: `${mark}${inner.markdown}${mark}` })),
  ),
  word.map((inner) => ({ ...inner, markdown: `[${inner.markdown}](https://a.example/)` })),
)
const line = fc
  .array(inline, { minLength: 1, maxLength: 30 })
  .map((all) => ({ markdown: all.map((each) => each.markdown).join(' '), words: all.flatMap((each) => each.words) }))
const block = fc.oneof(
  line.map((text) => ({ ...text, markdown: `x ${text.markdown}`, words: ['x', ...text.words] })),
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), line)
    .map(([level, text]) => ({ ...text, markdown: `${'#'.repeat(level)} ${text.markdown}` })),
  fc.array(line, { minLength: 1, maxLength: 5 }).map((items) => ({
    markdown: items.map((item) => `- x ${item.markdown}`).join('\n'),
    words: items.flatMap((item) => ['x', ...item.words]),
  })),
  fc.array(word, { minLength: 1, maxLength: 400 }).map((words) => ({
    markdown: `\`\`\`ts\n${words.map((each) => each.markdown).join('\n')}\n\`\`\``,
    words: words.flatMap((each) => each.words),
  })),
  line.map((text) => ({ markdown: `> x ${text.markdown}`, words: ['x', ...text.words] })),
)
const written = fc.array(block, { maxLength: 8 }).map((all) => ({
  markdown: all.map((each) => each.markdown).join('\n\n'),
  words: all.flatMap((each) => each.words),
}))

test('every word that was written is there, in order, and nothing else but signs', () => {
  fc.assert(
    fc.property(written, fc.constantFrom(...FORMS), ({ markdown, words }, form) => {
      if (renderContent(content(markdown), form).whole !== null) return
      const said = texts(form, content(markdown)).join('\n').split(/\s+/u)
      assert.deepEqual(said.filter((each) => !/^[•…\d.]*$/u.test(each)).join(''), words.join(''))
    }),
    { numRuns: 150 },
  )
})

test('what is split says the same as what is not, whatever characters it consists of', () => {
  const visible = (text: string) =>
    text.toWellFormed().replaceAll(/[\s\p{Cc}\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu, '')
  let split = 0
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 11_000, size: 'max' }), (given) => {
      const text = given.replaceAll('`', '')
      const { messages, whole } = renderContent(content(`\`\`\`\`\n${text}\n\`\`\`\``), 'entities')
      if (whole !== null) return
      if (messages.length > 1) split += 1
      const said = messages.map((message) => (message.type === 'text' ? message.text : '')).join('')
      if (isVisible(text)) assert.equal(visible(said), visible(text))
    }),
    { numRuns: 30 },
  )
  assert.ok(split > 0)
})

test('no family is torn apart at the end of a message', () => {
  const family = '👨‍👩‍👧‍👦'
  const { messages } = renderContent(content(`${'a'.repeat(4090)}${family.repeat(300)}`), 'entities')
  const all = messages.map((message) => (message.type === 'text' ? message.text : ''))
  assert.equal(messages.length, 2)
  assert.equal(all[1]?.startsWith(family), true)
})

test('a table becomes columns of equal width, and code keeps its language', () => {
  const { messages } = renderContent(content('| a | 名字 |\n|:-|-:|\n| long | 2 |\n\n```ts\nlet x\n```'), 'entities')
  assert.deepEqual(messages, [
    {
      type: 'text',
      text: 'a    | 名字\n-----+-----\nlong |    2\n\nlet x',
      entities: [
        { type: 'pre', offset: 0, length: 33 },
        { type: 'pre', offset: 35, length: 5, language: 'ts' },
      ],
    },
  ])
})

test('lists keep their depth, numbers and boxes', () => {
  const { messages } = renderContent(content('- a\n  - b\n    1. c\n\n3. d\n4. e\n\n- [x] f\n- [ ] g'), 'plain')
  assert.deepEqual(messages, [{ type: 'text', text: '• a\n  ◦ b\n    1. c\n\n3. d\n4. e\n\n☑ f\n☐ g', entities: [] }])
})

test('only addresses that lead somewhere are links; of the others the address is shown', () => {
  const given = '[a](https://a.example/x) [b](javascript:alert) [c](http://localhost:3000) [d](https://u@evil.example)'
  const { messages } = renderContent(content(given), 'entities')
  assert.deepEqual(messages, [
    {
      type: 'text',
      text: 'a b (javascript:alert) c (http://localhost:3000) d (https://u@evil.example)',
      entities: [{ type: 'text_link', offset: 0, length: 1, url: 'https://a.example/x' }],
    },
  ])
})

test('untrusted text stays text in a rich message', () => {
  const { messages } = renderContent(
    content('<tg-button type="url" url="https://a.example">x</tg-button> $a$ ||b||'),
    'rich',
  )
  assert.deepEqual(messages, [
    {
      type: 'rich',
      blocks: [{ type: 'paragraph', text: '<tg-button type="url" url="https://a.example">x</tg-button> $a$ ||b||' }],
    },
  ])
})

test('a fold is details in a rich message and an expandable quote in a text', () => {
  const given = content('Done.', { folds: [{ title: 'Log', text: '$ make\n**ok**' }] })
  assert.deepEqual(renderContent(given, 'rich').messages, [
    {
      type: 'rich',
      blocks: [
        { type: 'paragraph', text: 'Done.' },
        { type: 'details', summary: 'Log', blocks: [{ type: 'pre', text: '$ make\n**ok**' }] },
      ],
    },
  ])
  assert.deepEqual(renderContent(given, 'entities').messages, [
    {
      type: 'text',
      text: 'Done.\n\nLog\n$ make\n**ok**',
      entities: [
        { type: 'bold', offset: 7, length: 3 },
        { type: 'expandable_blockquote', offset: 11, length: 13 },
      ],
    },
  ])
})

test('a wall of text is its beginning and a file with all of it, however long', () => {
  for (const form of FORMS) {
    const markdown = 'A line of no great interest.\n\n'.repeat(35_000)
    const { messages, whole } = renderContent(content(markdown), form)
    assert.equal(messages.length, 1)
    messages.forEach(assertTakeable)
    assert.match(texts(form, content(markdown)).join(''), /The rest is in the file\.$/)
    assert.equal(whole?.name, 'output.txt')
    assert.equal(new TextDecoder().decode(whole?.bytes), markdown)
  }
})

test('a log that no message holds comes as a file too, in its fold as far as it goes', () => {
  const given = content('**Failed**', { folds: [{ title: 'Log', text: 'x'.repeat(60_000) }] })
  const { messages, whole } = renderContent(given, 'rich')
  messages.forEach(assertTakeable)
  assert.equal(whole?.name, 'output.md')
  const [message] = messages
  assert.ok(message?.type === 'rich' && message.blocks[1]?.type === 'details')
  assert.ok(measureRich(message.blocks).text > 30_000)
})

test('nothing at all is still a message', () => {
  for (const form of FORMS) {
    for (const markdown of ['', ' \n ', '\u200b', '\u202e', '[x]: https://a.example', '\u0000'.repeat(3)]) {
      const { messages } = renderContent(content(markdown), form)
      assert.equal(messages.length, 1)
      messages.forEach(assertTakeable)
    }
  }
})

test('nesting without end is shown as it was written', () => {
  for (const markdown of ['>'.repeat(20_000) + 'x', '- '.repeat(3000) + 'x', '**a'.repeat(3000), '['.repeat(5000)]) {
    const { messages } = renderContent(content(markdown), 'rich')
    messages.forEach(assertTakeable)
  }
})

test('a link that stands in the text is not said again below it', () => {
  const open = { label: 'Open', style: 'good', does: { type: 'open', url: 'http://127.0.0.1:7070/a/' } } as const
  const said = renderContent(content('See <http://127.0.0.1:7070/a/>.', { buttons: [[open]] }), 'plain').messages
  assert.deepEqual(said, [{ type: 'text', text: 'See http://127.0.0.1:7070/a/.', entities: [] }])
  const other = renderContent(content('See <http://127.0.0.1:7070/a/b>.', { buttons: [[open]] }), 'plain').messages
  assert.match(other[0]?.type === 'text' ? other[0].text : '', /\n\nOpen: http:\/\/127\.0\.0\.1:7070\/a\/$/)
})

test('a link that no phone can follow is a line instead of a button', () => {
  const open = (url: string) => ({ label: 'Open', style: 'good' as const, does: { type: 'open' as const, url } })
  const stop = { label: 'Stop', style: 'danger' as const, does: { type: 'act' as const, action: 'a1' as ActionId } }
  const given = content('Done.', {
    buttons: [[open('http://x.preview.localhost:7070/'), stop], [open('https://a.example/')]],
  })
  assert.deepEqual(renderContent(given, 'entities'), {
    messages: [{ type: 'text', text: 'Done.\n\nOpen: http://x.preview.localhost:7070/', entities: [] }],
    keyboard: [
      [{ text: 'Stop', style: 'danger', callback_data: 'a1' }],
      [{ text: 'Open', style: 'success', url: 'https://a.example/' }],
    ],
    whole: null,
  })
  assert.deepEqual(renderContent(given, 'entities', false).keyboard, [
    [{ text: 'Stop', style: 'danger', callback_data: 'a1' }],
  ])
})

test('lengths of rich texts count what is nested', () => {
  assert.equal(textLength(['ab', { type: 'bold', text: { type: 'url', text: 'cd', url: 'https://a.example' } }]), 4)
})

test('what would keep the parser busy for long is shown as it was written, and a long text with many marks is not such', () => {
  for (const sign of ['*a_ ', '[a][b]', '[a](b ', '[^a]', '~a~~ ', 'www.a.b/)&amp;']) {
    const hostile = sign.repeat(4_000)
    const [message] = renderContent(content(hostile), 'entities').messages
    assert.ok(message?.type === 'text' && hostile.startsWith(message.text.slice(0, 1_000)), sign)
    assert.ok(
      message.entities.every(({ type }) => type === 'italic'),
      sign,
    )
  }
  const chapter = 'Some **bold** words, `code` and a [link](https://a.example/).\n- one *item*\n- **two**\n\n'.repeat(
    350,
  )
  const [beginning] = renderContent(content(chapter), 'entities').messages
  assert.ok(beginning?.type === 'text' && beginning.text.startsWith('Some bold words, code and a link.\n\n• one item'))
})
