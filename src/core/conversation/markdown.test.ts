import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import type { Nodes } from 'mdast'
import { agentMarkdown, code, codeBlock, escapeMarkdown } from './markdown.ts'

const parse = (markdown: string) =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })

function nodes(node: Nodes): readonly Nodes[] {
  return [node, ...('children' in node ? node.children.flatMap(nodes) : [])]
}

function plain(node: Nodes): string {
  if (node.type === 'break') return '\n'
  if ('value' in node) return node.value
  const text = 'children' in node ? node.children.map(plain).join('') : ''
  return node.type === 'paragraph' ? `${text}\n` : text
}

/** Full of what means something in Markdown. */
const tricky = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\n',
        '\n\n',
        '`',
        '``',
        '```',
        '~~~',
        '*',
        '_',
        '#',
        '> ',
        '- ',
        '1. ',
        '    ',
        '\t',
        '\\',
        '<',
        '>',
      ),
      fc.constantFrom(
        '[',
        ']',
        '(',
        ')',
        '![',
        '](',
        ']: ',
        'x',
        'y z',
        '|',
        '---',
        '===',
        '&amp;',
        '~',
        '<b>',
        '$',
        ' ',
      ),
      fc.constantFrom(
        '[a](tg://x)',
        '[a]: tg://x',
        '<tg://x>',
        '![i](http://i)',
        '<img src=x>',
        'http://ok.example',
        '[a](<tg:x>)',
      ),
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(''))

test('escaped text is shown as it is, and is nothing but text', () => {
  fc.assert(
    fc.property(tricky, (text) => {
      const tree = parse(`**x** ${escapeMarkdown(text)}`)
      const kinds = new Set(nodes(tree).map((node) => node.type))
      // Web addresses find themselves in GFM.
      for (const kind of ['root', 'paragraph', 'text', 'break', 'strong', 'link']) kinds.delete(kind as Nodes['type'])
      assert.deepEqual([...kinds], [])
      const squeeze = (one: string) => one.replace(/\s+/g, ' ').trim()
      assert.equal(squeeze(plain(tree)), squeeze(`x ${text}`))
    }),
    { numRuns: 2_000 },
  )
})

test('lines of escaped text stay lines', () => {
  assert.equal(escapeMarkdown('a\nb\n\n# c\n1. d'), 'a  \nb\n\n\\# c  \n1\\. d')
})

test('inline code and code blocks hold any text', () => {
  fc.assert(
    fc.property(tricky, (text) => {
      const spans = nodes(parse(`a ${code(text)} b`)).filter((node) => node.type === 'inlineCode')
      const line = text.replace(/\s*[\r\n]+\s*/g, ' ')
      assert.deepEqual(
        spans.map((span) => span.value),
        line === '' ? [] : [line],
      )
      const [block, ...rest] = parse(codeBlock(text, 'sh')).children
      assert.equal(rest.length, 0)
      assert.ok(block?.type === 'code')
      assert.equal(block.value, text.replace(/\n$/, ''))
      assert.equal(block.lang, 'sh')
    }),
    { numRuns: 1_000 },
  )
})

test("agents' Markdown: whatever they write, there is no image, no HTML and no way but to web and mail", () => {
  fc.assert(
    fc.property(tricky, (text) => {
      for (const node of nodes(parse(agentMarkdown(text)))) {
        assert.notEqual(node.type, 'image')
        assert.notEqual(node.type, 'imageReference')
        assert.notEqual(node.type, 'html')
        if (node.type === 'link' || node.type === 'definition') assert.match(node.url, /^(?:https?|mailto):/i)
      }
    }),
    { numRuns: 5_000 },
  )
})

test("agents' Markdown keeps what is good, and code as it is", () => {
  const good = [
    '# Title',
    'See [the docs](https://example.org/a_b) and `a[0](x) <b>`.',
    '',
    '- **one**',
    '',
    '```ts',
    'const x: Array<string> = handlers[0](arg) // ![x](tg://y)',
    '```',
    '',
    '| a | b |',
    '|---|---|',
    '| 1 | 2 |',
  ].join('\n')
  assert.equal(agentMarkdown(good), good)
  assert.equal(agentMarkdown('![pic](https://i.example/x.png)'), '[pic](https://i.example/x.png)')
  assert.equal(agentMarkdown('[src/a.ts](src/a.ts) [me](tg://user?id=1)'), 'src/a.ts me (tg://user?id=1)')
  assert.equal(agentMarkdown('a <script>'), 'a &lt;script>')
})

test("agents' links do not hide behind what looks like code and is none", () => {
  for (const text of ['>~~~\n [a](tg://x)', '[a]: tg://x`]: `', '[a\n`]: tg://x`', '> - ```\n> [a](tg://x)']) {
    const links = nodes(parse(agentMarkdown(text))).filter(({ type }) => type === 'link' || type === 'definition')
    assert.deepEqual(links, [], text)
  }
  assert.equal(agentMarkdown('Use `{ [key: string]: number }`.'), 'Use `{ [key: string]: number }`.')
})

test("agents' code block that is left open is closed", () => {
  assert.equal(agentMarkdown('x\n\n```js\nlet a'), 'x\n\n```js\nlet a\n```')
})
