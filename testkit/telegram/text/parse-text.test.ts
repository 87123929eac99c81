import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MessageEntity } from '@grammyjs/types'
import fc from 'fast-check'
import { parseText } from './parse-text.ts'

function entitiesOf(text: string, parse_mode?: string, entities?: MessageEntity[]): unknown {
  const result = parseText({ text, parse_mode, entities })
  if ('error' in result) return result.error
  return [result.text, ...result.entities.map((entity) => Object.values(entity).join(' '))]
}

function refusal(text: string, parse_mode: string): string {
  const result = parseText({ text, parse_mode })
  assert.ok('error' in result, `${text} was not refused`)
  const prefix = "Bad Request: can't parse entities: "
  assert.ok(result.error.startsWith(prefix), result.error)
  return result.error.slice(prefix.length)
}

test('HTML: styles, code with its language, quotes, spoilers, links and mentions', () => {
  assert.deepEqual(entitiesOf('<b>a</b><EM>b</EM><u>c</u><del>d</del><tg-spoiler>e</tg-spoiler>', 'HTML'), [
    'abcde',
    'bold 0 1',
    'italic 1 1',
    'underline 2 1',
    'strikethrough 3 1',
    'spoiler 4 1',
  ])
  assert.deepEqual(entitiesOf('<span class="tg-spoiler">x</span> <code class="language-c">y</code>', 'HTML'), [
    'x y',
    'spoiler 0 1',
    'code 2 1',
  ])
  assert.deepEqual(entitiesOf('<pre><code class="language-js">a</code></pre>', 'HTML'), ['a', 'pre 0 1 js'])
  assert.deepEqual(entitiesOf('<code class="language-js"><pre>a</pre></code>', 'HTML'), ['a', 'pre 0 1 js'])
  assert.deepEqual(entitiesOf('<blockquote>a</blockquote><blockquote expandable>b</blockquote>', 'HTML'), [
    'ab',
    'blockquote 0 1',
    'expandable_blockquote 1 1',
  ])
  assert.deepEqual(entitiesOf('<a href="http://WWW.Example.com">x</a>', 'HTML'), [
    'x',
    'text_link 0 1 http://www.example.com/',
  ])
  assert.deepEqual(parseText({ text: '<a href="tg://user?id=7">x</a>', parse_mode: 'HTML' }), {
    text: 'x',
    entities: [{ type: 'text_mention', offset: 0, length: 1, user: { id: 7, is_bot: false, first_name: '' } }],
  })
  assert.deepEqual(entitiesOf('<tg-time unix="1647531900" format="wDT">then</tg-time>', 'HTML'), [
    'then',
    'date_time 0 4 1647531900 wDT',
  ])
})

test('HTML: character references are decoded, numeric ones too, and unknown names stay', () => {
  assert.deepEqual(entitiesOf('&lt;&gt;&amp;&quot;&#65;&#x1F44D;&nbsp;&copy', 'HTML'), ['<>&"A👍&nbsp;&copy'])
})

test('HTML: a link that no client may follow is dropped, its text stays', () => {
  for (const url of [
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'http://localhost/',
    'ftp://a.b',
  ]) {
    assert.deepEqual(entitiesOf(`<a href="${url}">x</a>`, 'HTML'), ['x'])
  }
})

test('HTML: refusals name the byte, not the character', () => {
  assert.equal(refusal('é<foo>', 'HTML'), 'Unsupported start tag "foo" at byte offset 2')
  assert.equal(refusal('👍</b>', 'HTML'), 'Unexpected end tag at byte offset 4')
  assert.equal(refusal('<b><i>x', 'HTML'), 'Can\'t find end tag corresponding to start tag "i"')
  assert.equal(refusal('<b>x</i>', 'HTML'), 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"')
  assert.equal(refusal('<b', 'HTML'), 'Unclosed start tag at byte offset 0')
  assert.equal(refusal('<b>x</b', 'HTML'), 'Unclosed end tag at byte offset 4')
  assert.equal(refusal('<a href', 'HTML'), 'Unclosed start tag "a" at byte offset 0')
  assert.equal(refusal('<a href=x:y>', 'HTML'), 'Unexpected end of name token at byte offset 8')
  assert.equal(refusal('<a =x>', 'HTML'), 'Empty attribute name in the tag "a" at byte offset 0')
  assert.equal(refusal('<span>x</span>', 'HTML'), 'Tag "span" must have class "tg-spoiler" at byte offset 0')
  assert.equal(refusal('<tg-emoji>x</tg-emoji>', 'HTML'), 'Invalid custom emoji identifier specified')
})

test('MarkdownV2: nested marks are cut so that styles never cross', () => {
  assert.deepEqual(entitiesOf('*a _b_ c*', 'MarkdownV2'), ['a b c', 'bold 0 2', 'bold 2 3', 'italic 2 1'])
  assert.deepEqual(entitiesOf('___a_**__', 'MarkdownV2'), ['a', 'italic 0 1', 'underline 0 1'])
  assert.deepEqual(entitiesOf('||a|| ~b~ `c*` \\*d', 'MarkdownV2'), [
    'a b c* *d',
    'spoiler 0 1',
    'strikethrough 2 1',
    'code 4 2',
  ])
})

test('MarkdownV2: code with and without a language, links, custom emoji, dates', () => {
  assert.deepEqual(entitiesOf('```ts\na.b```', 'MarkdownV2'), ['a.b', 'pre 0 3 ts'])
  assert.deepEqual(entitiesOf('```\na```', 'MarkdownV2'), ['a', 'pre 0 1'])
  assert.deepEqual(entitiesOf('[a](t.me/x\\)y)', 'MarkdownV2'), ['a', 'text_link 0 1 http://t.me/x)y'])
  assert.deepEqual(entitiesOf('![👍](tg://emoji?id=9)', 'MarkdownV2'), ['👍', 'custom_emoji 0 2 9'])
  assert.deepEqual(entitiesOf('![x](tg://time?unix=12&format=r)', 'MarkdownV2'), ['x', 'date_time 0 1 12 r'])
})

test('MarkdownV2: quotes go line by line, and "||" at the end makes one expandable', () => {
  assert.deepEqual(entitiesOf('>a\n>b\n**>c\n>d||\ne', 'MarkdownV2'), [
    'a\nb\nc\nd\ne',
    'blockquote 0 4',
    'expandable_blockquote 4 4',
  ])
  assert.deepEqual(entitiesOf('x\n>y', 'MarkdownV2'), ['x\ny', 'blockquote 2 1'])
  assert.equal(refusal('>*a\nb', 'MarkdownV2'), "Can't find end of Bold entity at byte offset 1")
})

test('MarkdownV2: refusals', () => {
  for (const char of '>#+-=|{}.!()]') {
    assert.equal(
      refusal(`a${char}`, 'MarkdownV2'),
      `Character '${char}' is reserved and must be escaped with the preceding '\\'`,
    )
  }
  assert.equal(refusal('*a', 'MarkdownV2'), "Can't find end of Bold entity at byte offset 0")
  assert.equal(refusal('é__a', 'MarkdownV2'), "Can't find end of Underline entity at byte offset 2")
  assert.equal(refusal('```js\na', 'MarkdownV2'), "Can't find end of PreCode entity at byte offset 0")
  assert.equal(refusal('[a](b', 'MarkdownV2'), "Can't find end of a URL at byte offset 4")
  assert.equal(refusal('![a]', 'MarkdownV2'), 'Custom emoji entity must contain a tg://emoji URL')
  assert.equal(refusal('![a](http://b.c)', 'MarkdownV2'), 'Custom emoji URL must have scheme tg')
})

test('Markdown: marks do not nest, and a lone one is refused', () => {
  assert.deepEqual(entitiesOf('*a_b* \\_ [t](http://t.me) ```py\nx```', 'Markdown'), [
    'a_b _ t x',
    'bold 0 3',
    'text_link 6 1 http://t.me/',
    'pre 8 1 py',
  ])
  assert.equal(refusal('é snake_case', 'Markdown'), "Can't find end of the entity starting at byte offset 8")
})

test('an unknown parse mode and far too much text are refused', () => {
  assert.equal(entitiesOf('x', 'rtf'), 'Bad Request: unsupported parse_mode')
  assert.equal(entitiesOf('é'.repeat(16_385)), 'Bad Request: text is too long')
})

test('white space around is trimmed, and entities move along', () => {
  assert.deepEqual(entitiesOf('\n  a <b> b </b>\n ', 'HTML'), ['a  b', 'bold 2 2'])
  assert.deepEqual(entitiesOf('<b>  a</b>', 'HTML'), ['  a', 'bold 0 3'])
  assert.deepEqual(entitiesOf(' \n <b> </b>', 'HTML'), [''])
})

test('control characters become spaces, carriage returns and direction overrides vanish', () => {
  assert.deepEqual(entitiesOf('a\u0001b\tc\r\nd\u202ee'), ['a b c\nde'])
  const bold: MessageEntity = { type: 'bold', offset: 3, length: 2 }
  assert.deepEqual(entitiesOf('a\r\nbc', undefined, [bold]), ['a\nbc', 'bold 2 2'])
})

test('given entities: sorted, joined, automatic kinds ignored', () => {
  assert.deepEqual(
    entitiesOf('abcdef', undefined, [
      { type: 'italic', offset: 4, length: 1 },
      { type: 'bold', offset: 2, length: 2 },
      { type: 'bold', offset: 0, length: 2 },
      { type: 'mention', offset: 0, length: 2 },
    ]),
    ['abcdef', 'bold 0 4', 'italic 4 1'],
  )
})

test('given entities: what cannot be is refused in the words of Telegram', () => {
  const one = (entity: MessageEntity, text = 'a👍') => entitiesOf(text, undefined, [entity])
  assert.equal(
    one({ type: 'bold', offset: 1, length: 9 }),
    'Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 10',
  )
  assert.equal(
    one({ type: 'bold', offset: 4, length: 1 }),
    'Bad Request: entity begins after the end of the text at UTF-16 offset 4',
  )
  assert.equal(
    one({ type: 'bold', offset: 0, length: 2 }),
    'Bad Request: entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 5',
  )
  assert.equal(
    one({ type: 'text_link', offset: 0, length: 1, url: 'javascript:x' }),
    "Bad Request: entity URL 'javascript:x' is invalid: Wrong port number specified in the URL",
  )
})

test('code holds nothing, a link holds no other, a quote is not crossed', () => {
  assert.deepEqual(
    entitiesOf('abcdef', undefined, [
      { type: 'code', offset: 0, length: 3 },
      { type: 'bold', offset: 1, length: 4 },
      { type: 'text_link', offset: 4, length: 2, url: 't.me' },
      { type: 'blockquote', offset: 0, length: 5 },
    ]),
    ['abcdef', 'blockquote 0 5', 'code 0 3', 'bold 3 2'],
  )
})

test('at most a hundred entities; links go before styles', () => {
  const text = 'ab '.repeat(150)
  const bold = Array.from({ length: 150 }, (_, at): MessageEntity => ({ type: 'bold', offset: at * 3, length: 1 }))
  const link: MessageEntity = { type: 'text_link', offset: 448, length: 1, url: 'http://t.me' }
  const result = parseText({ text, entities: [...bold, link] })
  assert.ok('entities' in result)
  assert.equal(result.entities.length, 100)
  assert.equal(result.entities.at(-1)?.type, 'text_link')
})

test('found by itself: commands, mentions, tags, addresses', () => {
  assert.deepEqual(entitiesOf('/start@my_bot @name #tag $USD /a/b @ab x@yz #1 a/b'), [
    '/start@my_bot @name #tag $USD /a/b @ab x@yz #1 a/b',
    'bot_command 0 13',
    'mention 14 5',
    'hashtag 20 4',
    'cashtag 25 4',
  ])
  assert.deepEqual(entitiesOf('see https://a.com/x(y). or main.ts, README.md; mail me@host.org +1-212-555-0123'), [
    'see https://a.com/x(y). or main.ts, README.md; mail me@host.org +1-212-555-0123',
    'url 4 18',
    'url 36 9',
    'email 52 11',
    'phone_number 64 15',
  ])
  assert.deepEqual(entitiesOf('http://localhost:3000 http://127.0.0.1:80/x Hello.Is 1.2'), [
    'http://localhost:3000 http://127.0.0.1:80/x Hello.Is 1.2',
    'url 22 21',
  ])
})

test('found by itself: nothing within code or links, and styles are cut around it', () => {
  assert.deepEqual(entitiesOf('<code>/a</code> <a href="t.me">@name</a>', 'HTML'), [
    '/a @name',
    'code 0 2',
    'text_link 3 5 http://t.me/',
  ])
  assert.deepEqual(entitiesOf('<b>a @name</b>', 'HTML'), ['a @name', 'bold 0 2', 'mention 2 5', 'bold 2 5'])
})

test('a mention of somebody unknown is dropped when it is known who is known', () => {
  const text = '<a href="tg://user?id=7">x</a><a href="tg://user?id=8">y</a>'
  const user = { id: 8, is_bot: false, first_name: 'Eve' }
  assert.deepEqual(parseText({ text, parse_mode: 'HTML', userById: (id) => (id === 8 ? user : undefined) }), {
    text: 'xy',
    entities: [{ type: 'text_mention', offset: 1, length: 1, user }],
  })
})

const pieces = fc.constantFrom(
  ...[
    '<b>',
    '</b>',
    '<i>',
    '</i>',
    '<a href="t.me">',
    '</a>',
    '<pre>',
    '</pre>',
    '<code class="language-x">',
    '</code>',
  ],
  ...[
    '<blockquote expandable>',
    '</blockquote>',
    '&lt;',
    '&#128077;',
    '*',
    '_',
    '__',
    '~',
    '||',
    '`',
    '```',
    '>',
    '\n',
  ],
  ...[
    '[',
    '](http://a.b)',
    '![',
    '](tg://emoji?id=1)',
    '\\',
    '@user',
    '/cmd',
    'a.com',
    '#x',
    '👍',
    'é',
    ' ',
    'x',
    '\r',
  ],
)
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
)
const kinds = fc.constantFrom<MessageEntity['type']>(
  ...(['bold', 'italic', 'underline', 'code', 'pre', 'blockquote', 'expandable_blockquote', 'text_link'] as const),
  ...(['custom_emoji', 'spoiler', 'url'] as const),
)
const someEntities = fc.array(
  fc.record({ type: kinds, offset: fc.integer({ min: -1, max: 12 }), length: fc.integer({ min: -1, max: 12 }) }),
  { maxLength: 12 },
)

function assertSound(result: ReturnType<typeof parseText>): void {
  if ('error' in result) return assert.match(result.error, /^Bad Request: /)
  assert.ok(result.entities.length <= 100)
  assert.equal(result.text, result.text.replace(/[ \n]+$/, ''))
  let previous = 0
  const open: number[] = []
  for (const { offset, length } of result.entities) {
    assert.ok(offset >= previous && length > 0 && offset + length <= result.text.length)
    previous = offset
    while (open.length > 0 && (open.at(-1) ?? 0) <= offset) open.pop()
    assert.ok(offset + length <= (open.at(-1) ?? Infinity), 'two entities cross')
    open.push(offset + length)
  }
}

test('whatever is sent in whatever mode: no throw, entities in range, sorted, never crossing', () => {
  const modes = fc.constantFrom('HTML', 'MarkdownV2', 'Markdown', undefined)
  fc.assert(
    fc.property(texts, modes, (text, parse_mode) => assertSound(parseText({ text, parse_mode }))),
    { numRuns: 1500 },
  )
})

test('whatever entities are given: no throw, entities in range, sorted, never crossing', () => {
  fc.assert(
    fc.property(texts, someEntities, (text, given) => {
      const entities = given.map((entity) => ({ ...entity, url: 't.me', custom_emoji_id: '1' }) as MessageEntity)
      assertSound(parseText({ text, entities }))
    }),
    { numRuns: 1500 },
  )
})

test('what was parsed is parsed to itself', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const once = parseText({ text, parse_mode: 'HTML' })
      if (!('error' in once)) assert.deepEqual(parseText(once), once)
    }),
    { numRuns: 1000 },
  )
})
