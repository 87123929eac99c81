import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RichBlock } from '@grammyjs/types'
import fc from 'fast-check'
import type { InputBlock } from './rich-html.ts'
import type { MediaBlock } from './rich-check.ts'
import { parseRich } from './rich.ts'
import type { RichInput } from './rich.ts'

const rules = {
  isDraft: false,
  userById: (id: number) => (id === 1 ? { id, is_bot: false, first_name: 'Ada' } : undefined),
  resolveMedia: (): MediaBlock => ({ type: 'photo', photo: [] }),
}

function blocksOf(input: RichInput): RichBlock[] {
  const result = parseRich(input, rules)
  assert.ok('rich' in result, JSON.stringify(result))
  return result.rich.blocks
}

function refusal(input: RichInput): string {
  const result = parseRich(input, rules)
  assert.ok('error' in result, 'it was not refused')
  return result.error
}

const paragraph = (text: string): InputBlock => ({ type: 'paragraph', text })

test('Markdown and HTML that say the same become the same blocks', () => {
  const pairs = [
    ['# T\n\ntext', '<h1>T</h1><p>text</p>'],
    ['**a _b_** ~~c~~ `d`', '<p><b>a <i>b</i></b> <s>c</s> <code>d</code></p>'],
    ['==a== ||b|| <u>c **d**</u>', '<mark>a</mark> <tg-spoiler>b</tg-spoiler> <u>c <b>d</b></u>'],
    ['- a\n- [x] b', '<ul><li>a</li><li><input type="checkbox" checked>b</li></ul>'],
    ['3. a\n4. b', '<ol start="3"><li>a</li><li>b</li></ol>'],
    ['> a\n>\n> b', '<blockquote><p>a</p><p>b</p></blockquote>'],
    ['```ts\na < b\n```', '<pre><code class="language-ts">a &lt; b</code></pre>'],
    [
      '| a | b |\n|---|:-:|\n| c | d |',
      '<table><tr><th>a</th><th align="center">b</th></tr><tr><td>c</td><td align="center">d</td></tr></table>',
    ],
    ['$a_1 * b_1$ costs $USD', '<tg-math>a_1 * b_1</tg-math> costs $USD'],
    ['$$\nE = mc^2\n$$', '<tg-math-block>E = mc^2</tg-math-block>'],
    ['---', '<hr/>'],
    [
      '<details open><summary>S **b**</summary>\n\n- x\n\n</details>',
      '<details open><summary>S <b>b</b></summary><ul><li>x</li></ul></details>',
    ],
  ] as const
  for (const [markdown, html] of pairs) assert.deepEqual(blocksOf({ markdown }), blocksOf({ html }), markdown)
})

test('code keeps what would be a mark or a formula elsewhere', () => {
  assert.deepEqual(blocksOf({ markdown: '`$a$ ==b==`\n\n```\n$x$ \\= ||y||\n```' }), [
    { type: 'paragraph', text: { type: 'code', text: '$a$ ==b==' } },
    { type: 'pre', text: '$x$ \\= ||y||' },
  ])
})

test('a mark without a partner and an unknown tag in Markdown stay as they are', () => {
  assert.deepEqual(blocksOf({ markdown: 'a == b, Map<string> \\==c==' }), [
    { type: 'paragraph', text: 'a == b, Map<string> ==c==' },
  ])
})

test('marks that would cross: the first kind wins', () => {
  assert.deepEqual(blocksOf({ markdown: '==a ||b== c||' }), [
    { type: 'paragraph', text: [{ type: 'marked', text: 'a ||b' }, ' c||'] },
  ])
})

test('links: mails, phones, mentions, anchors and references by what they point to', () => {
  const html =
    '<a href="mailto:a@b.c">m</a><a href="tel:+1">t</a><a href="tg://user?id=1">u</a><a href="tg://user?id=2">v</a>' +
    '<a href="#x">r</a><a href="#y">l</a><a href="javascript:1">j</a><tg-reference name="x">X</tg-reference>'
  assert.deepEqual(blocksOf({ html }), [
    {
      type: 'paragraph',
      text: [
        { type: 'email_address', text: 'm', email_address: 'a@b.c' },
        { type: 'phone_number', text: 't', phone_number: '+1' },
        { type: 'text_mention', text: 'u', user: { id: 1, is_bot: false, first_name: 'Ada' } },
        'v',
        { type: 'reference_link', text: 'r', reference_name: 'x' },
        { type: 'anchor_link', text: 'l', anchor_name: 'y' },
        'j',
        { type: 'reference', text: 'X', name: 'x' },
      ],
    },
  ])
})

test('what Telegram finds by itself is marked, unless it is told not to', () => {
  const markdown = 'see t.me **/go** `@code`'
  assert.deepEqual(blocksOf({ markdown }), [
    {
      type: 'paragraph',
      text: [
        'see ',
        { type: 'url', text: 't.me', url: 'http://t.me/' },
        ' ',
        { type: 'bold', text: { type: 'bot_command', text: '/go', bot_command: '/go' } },
        ' ',
        { type: 'code', text: '@code' },
      ],
    },
  ])
  const plain = blocksOf({ markdown, skip_entity_detection: true })
  assert.deepEqual(plain[0]?.type === 'paragraph' ? plain[0].text : undefined, [
    'see t.me ',
    { type: 'bold', text: '/go' },
    ' ',
    { type: 'code', text: '@code' },
  ])
})

test('items of ordered lists are labelled by value and type', () => {
  const item = (value?: number, type?: 'a' | 'I') => ({
    blocks: [paragraph('x')],
    ...(value === undefined ? {} : { value }),
    ...(type === undefined ? {} : { type }),
  })
  const [list] = blocksOf({
    blocks: [{ type: 'list', items: [item(27, 'a'), item(undefined, 'I'), item(), item(4, 'I')] }],
  })
  assert.deepEqual(list?.type === 'list' ? list.items.map(({ label }) => label) : [], ['aa.', 'XXVIII.', '29.', 'IV.'])
})

test('buttons: one action each, data of 64 bytes at most', () => {
  const row = (data: string, style = '') =>
    `<tg-button-row><tg-button type="callback_data" data="${data}"${style}>B</tg-button></tg-button-row>`
  assert.deepEqual(blocksOf({ html: row('d', ' style="link"') }), [
    { type: 'buttons', buttons: [{ text: 'B', style: 'link', callback_data: 'd' }] },
  ])
  assert.equal(refusal({ html: row('é'.repeat(33)) }), 'Bad Request: BUTTON_DATA_INVALID')
  assert.equal(refusal({ html: row('') }), 'Bad Request: BUTTON_DATA_INVALID')
  const two = { type: 'buttons', buttons: [{ text: 'B', url: 'https://t.me', callback_data: 'x' }] } as InputBlock
  assert.equal(refusal({ blocks: [two] }), 'Bad Request: BUTTON_TYPE_INVALID')
})

test('the limits: characters, blocks, depth, columns', () => {
  assert.equal(blocksOf({ blocks: [paragraph('👍'.repeat(32_768))] }).length, 1)
  assert.equal(refusal({ blocks: [paragraph('a'.repeat(32_769))] }), 'Bad Request: RICH_MESSAGE_TEXT_TOO_LONG')
  assert.equal(blocksOf({ markdown: 'x\n\n'.repeat(500) }).length, 500)
  assert.equal(refusal({ markdown: 'x\n\n'.repeat(501) }), 'Bad Request: RICH_MESSAGE_BLOCKS_TOO_MANY')
  assert.equal(refusal({ markdown: '- x\n'.repeat(250) }), 'Bad Request: RICH_MESSAGE_BLOCKS_TOO_MANY')
  assert.equal(refusal({ markdown: `${'>'.repeat(17)} x` }), 'Bad Request: rich message is nested too deeply')
  assert.equal(refusal({ markdown: '> '.repeat(15_000) }), 'Bad Request: rich message is nested too deeply')
  const row = `<table><tr>${'<td>x</td>'.repeat(21)}</tr></table>`
  assert.equal(refusal({ html: row }), 'Bad Request: table has too many columns')
})

test('refusals: nothing said, said twice, said wrong', () => {
  assert.equal(refusal({ markdown: ' \n ' }), 'Bad Request: rich message must be non-empty')
  const both = 'Bad Request: exactly one of the fields "html", "markdown", or "blocks" must be specified'
  assert.equal(refusal({}), both)
  assert.equal(refusal({ html: 'a', markdown: 'a' }), both)
  const cannot = "Bad Request: can't parse rich message: "
  assert.equal(refusal({ html: 'é<x>' }), `${cannot}Unsupported start tag "x" at byte offset 2`)
  assert.equal(
    refusal({ html: '<b>a</i>' }),
    `${cannot}Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`,
  )
  assert.equal(refusal({ html: '<p>a' }), `${cannot}Can't find end tag corresponding to start tag "p"`)
  assert.equal(refusal({ html: 'a</b>' }), `${cannot}Unexpected end tag at byte offset 1`)
  assert.equal(refusal({ blocks: [{ type: 'poem' } as never] }), 'Bad Request: type "poem" is unsupported')
  assert.equal(refusal({ blocks: [{ type: 'paragraph' } as never] }), 'Bad Request: can\'t find field "text"')
  assert.equal(
    refusal({ html: '<tg-thinking>x</tg-thinking>' }),
    'Bad Request: thinking blocks can be used only in drafts',
  )
})

const pieces = fc.constantFrom(
  ...[
    '# ',
    '- ',
    '1. ',
    '> ',
    '\n',
    '\n\n',
    '**',
    '_',
    '`',
    '```',
    '==',
    '||',
    '$',
    '$$',
    '~~',
    '|',
    '|-|',
    '[^1]',
    '[^1]: ',
  ],
  ...[
    '<b>',
    '</b>',
    '<u>',
    '</u>',
    '<details>',
    '<summary>',
    '</summary>',
    '</details>',
    '<hr/>',
    '<br>',
    '<p>',
    '</p>',
  ],
  ...['[a](t.me)', '![a](tg://emoji?id=1)', '![](http://a.b/c.png)', '@user', 'x', ' ', '\\', '&lt;', '<', 'é', '👍'],
)
const sources = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''))

test('whatever is written as Markdown or HTML: blocks or a refusal, never a throw', () => {
  fc.assert(
    fc.property(sources, fc.boolean(), (source, isHtml) => {
      const result = parseRich(isHtml ? { html: source } : { markdown: source }, rules)
      if ('error' in result) assert.match(result.error, /^Bad Request: /)
      else assert.ok(result.rich.blocks.length > 0)
    }),
    { numRuns: 1000 },
  )
})

test('Markdown without tags or images is never refused but for being empty', () => {
  const plain = sources.map((source) => source.replace(/<[^>]*>?|!\[\]\([^)]*\)/g, ''))
  fc.assert(
    fc.property(plain, (markdown) => {
      const result = parseRich({ markdown: `${markdown}\n\nend` }, rules)
      assert.ok('rich' in result, JSON.stringify(result))
    }),
    { numRuns: 1000 },
  )
})
