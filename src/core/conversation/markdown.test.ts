import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import type { Nodes } from 'mdast'
import { agentMarkdown, code, codeBlock, escapeMarkdown } from './markdown.ts'

/** As chats read it: without HTML. */
const parse = (markdown: string) =>
  fromMarkdown(markdown, {
    extensions: [gfm(), { disable: { null: ['htmlFlow', 'htmlText'] } }],
    mdastExtensions: [gfmFromMarkdown()],
  })

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

test("agents' Markdown is left as it is", () => {
  const good = [
    '# Title',
    '',
    '- **one**',
    '',
    '```ts',
    'const x: Array<string> = f[0](a)',
    '```',
    '',
    'a <b> [c](d)',
  ].join('\n')
  assert.equal(agentMarkdown(good), good)
})

test("what we write below agents' Markdown stands outside of it, whatever they write", () => {
  fc.assert(
    fc.property(tricky, (text) => {
      const last = parse(`${agentMarkdown(text)}\n\n**ours**`).children.at(-1)
      assert.equal(last?.type, 'paragraph')
      assert.equal(last.children[0]?.type, 'strong')
    }),
    { numRuns: 5_000 },
  )
})

test("agents' code block that is left open is closed", () => {
  assert.equal(agentMarkdown('x\n\n```js\nlet a'), 'x\n\n```js\nlet a\n```')
})
