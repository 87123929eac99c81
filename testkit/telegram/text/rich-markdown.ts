// Rich Markdown is GitHub's Markdown with Telegram's marks and rich HTML in it: it is turned into rich HTML.
import type { AlignType, Image, Nodes, Parent, RootContent, Table } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { isRichTag } from './rich-tree.ts'

// Private use characters around a number stand for what Markdown must not look into.
const KEPT_BEGIN = '\ue000'
const KEPT_END = '\ue001'
const KEPT = /\ue000(\d+)\ue001/g

type Context = { readonly source: string; readonly kept: readonly Kept[] }
type Kept = { readonly type: 'text' | 'math' | 'math-block'; readonly text: string }

export function richMarkdownToHtml(markdown: string): string {
  const kept: Kept[] = []
  const source = keepAside(markdown.replace(/[\ue000\ue001]/g, ''), kept)
  const tree = parse(source)
  return tree.children.map((node) => blockToHtml(node, { source, kept })).join('')
}

function parse(source: string) {
  return fromMarkdown(source, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
}

/** Formulas, and escapes of Telegram's own marks, which Markdown would undo; code is left alone. */
function keepAside(markdown: string, kept: Kept[]): string {
  const code = /^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\1|$(?![\s\S]))|(`+)(?!`)[\s\S]*?[^`]\2(?!`)/m.source
  const math = /\$\$([\s\S]+?)\$\$|\$(?![\s$])([^$\n]*?[^\s$])\$(?!\d)/.source
  return markdown.replace(new RegExp(`${code}|${math}|\\\\([=|$])|\\\\[\\s\\S]`, 'gm'), (whole, ...groups) => {
    const [, , block, inline, escaped] = groups as (string | undefined)[]
    const text = block ?? inline ?? escaped
    if (text === undefined) return whole
    kept.push({ type: block !== undefined ? 'math-block' : inline !== undefined ? 'math' : 'text', text })
    return `${KEPT_BEGIN}${kept.length - 1}${KEPT_END}`
  })
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function blockToHtml(node: RootContent, context: Context): string {
  const blocks = (parent: Parent) => parent.children.map((child) => blockToHtml(child as RootContent, context)).join('')
  switch (node.type) {
    case 'paragraph':
      return paragraphToHtml(node, context)
    case 'heading':
      return `<h${node.depth}>${inlineToHtml(node, context)}</h${node.depth}>`
    case 'thematicBreak':
      return '<hr/>'
    case 'blockquote':
      return `<blockquote>${blocks(node)}</blockquote>`
    case 'code': {
      const value = escape(restore(node.value, context))
      if (node.lang === 'math') return `<tg-math-block>${value}</tg-math-block>`
      // The first line break is the writer's own only in HTML, so one more is put before it.
      return node.lang
        ? `<pre><code class="language-${escape(node.lang)}">\n${value}</code></pre>`
        : `<pre>\n${value}</pre>`
    }
    case 'list': {
      const items = node.children.map((item) => {
        const box = typeof item.checked === 'boolean' ? `<input type="checkbox"${item.checked ? ' checked' : ''}>` : ''
        return `<li>${box}${blocks(item)}</li>`
      })
      return node.ordered ? `<ol start="${node.start ?? 1}">${items.join('')}</ol>` : `<ul>${items.join('')}</ul>`
    }
    case 'table':
      return tableToHtml(node, context)
    case 'html':
      return rawToHtml(node.value, context)
    case 'footnoteDefinition': {
      const text = node.children.map((child) => ('children' in child ? inlineToHtml(child, context) : '')).join(' ')
      return `<p><tg-reference name="${escape(node.identifier)}">${text}</tg-reference></p>`
    }
    case 'definition':
      return ''
    default:
      return inlineNodeToHtml(node, context, identity)
  }
}

const identity = (text: string): string => text

function paragraphToHtml(node: Parent, context: Context): string {
  const said = node.children.filter((child) => child.type !== 'text' || child.value.trim() !== '')
  if (said.length > 0 && said.every(isMedia))
    return said.map((image) => mediaToHtml(image.url, image.title ?? '')).join('')
  const [only, ...more] = node.children
  const formula = only?.type === 'text' && more.length === 0 ? /^\ue000(\d+)\ue001$/.exec(only.value.trim()) : null
  const kept = formula === null ? undefined : context.kept[Number(formula[1])]
  if (kept?.type === 'math-block') return `<tg-math-block>${escape(kept.text)}</tg-math-block>`
  return `<p>${inlineToHtml(node, context)}</p>`
}

function isMedia(node: Nodes): node is Image {
  return node.type === 'image' && !/^tg:(?:\/\/)?(?:emoji|time)\b/i.test(node.url)
}

function mediaToHtml(url: string, title: string): string {
  const own = /^tg:(?:\/\/)?(photo|video|audio|document)\b/i.exec(url)?.[1]?.toLowerCase()
  const ending = /\.([a-z0-9]+)(?:[?#].*)?$/i.exec(url)?.[1]?.toLowerCase() ?? ''
  const tagOf = { photo: 'img', video: 'video', audio: 'audio', document: 'tg-document' } as const
  const tag =
    own !== undefined
      ? tagOf[own as keyof typeof tagOf]
      : /^(?:jpe?g|png|webp|bmp|)$/.test(ending)
        ? 'img'
        : /^(?:mp4|mov|webm|gif|m4v)$/.test(ending)
          ? 'video'
          : /^(?:mp3|m4a|ogg|oga|opus|wav|flac)$/.test(ending)
            ? 'audio'
            : 'tg-document'
  const media = tag === 'img' ? `<img src="${escape(url)}"/>` : `<${tag} src="${escape(url)}"></${tag}>`
  return title === '' ? media : `<figure>${media}<figcaption>${escape(title)}</figcaption></figure>`
}

function tableToHtml(node: Table, context: Context): string {
  const rows = node.children.map((row, rowIndex) => {
    const tag = rowIndex === 0 ? 'th' : 'td'
    const cells = row.children.map((cell, column) => {
      const align: AlignType = node.align?.[column] ?? null
      return `<${tag}${align === null ? '' : ` align="${align}"`}>${inlineToHtml(cell, context)}</${tag}>`
    })
    return `<tr>${cells.join('')}</tr>`
  })
  return `<table>${rows.join('')}</table>`
}

function inlineToHtml(parent: Parent, context: Context): string {
  const mark = toggles(parent)
  return parent.children.map((child) => inlineNodeToHtml(child, context, mark)).join('')
}

/** "==" and "||" mark what is between two of them in one parent, if they touch it; others stay as they are. */
function toggles(parent: Parent): (text: string) => string {
  const text = parent.children.map((child) => (child.type === 'text' ? child.value : '\ufffc')).join('')
  const signs = [...text.matchAll(/==|\|\|/g)].map((found) => ({ sign: found[0], at: found.index, tag: found[0] }))
  const pairs: (readonly [number, number])[] = []
  const crosses = (from: number, to: number) => pairs.some(([a, b]) => (a < from && from < b) !== (a < to && to < b))
  for (const [sign, tag] of [
    ['==', 'mark'],
    ['||', 'tg-spoiler'],
  ] as const) {
    const own = signs.filter((one) => one.sign === sign)
    for (let index = 0; index < own.length; index += 1) {
      const opener = own[index]
      if (opener === undefined || !/\S/.test(text[opener.at + 2] ?? ' ')) continue
      const end = own.findIndex((one, place) => place > index && /\S/.test(text[one.at - 1] ?? ' '))
      const closer = own[end]
      if (closer === undefined) break
      index = end
      if (crosses(opener.at, closer.at)) continue
      pairs.push([opener.at, closer.at])
      opener.tag = `<${tag}>`
      closer.tag = `</${tag}>`
    }
  }
  return (part) => part.replace(/==|\|\|/g, () => signs.shift()?.tag ?? '')
}

function inlineNodeToHtml(node: Nodes, context: Context, mark: (text: string) => string): string {
  switch (node.type) {
    case 'text':
      return restoreToHtml(mark(escape(node.value)), context)
    case 'emphasis':
      return `<i>${inlineToHtml(node, context)}</i>`
    case 'strong':
      return `<b>${inlineToHtml(node, context)}</b>`
    case 'delete':
      return `<s>${inlineToHtml(node, context)}</s>`
    case 'inlineCode':
      return `<code>${escape(restore(node.value, context))}</code>`
    case 'break':
      return '<br>'
    case 'link': {
      const start = context.source[node.position?.start.offset ?? 0]
      // What GitHub would link by itself is found by Telegram, or not, as it pleases.
      if (start !== '[' && start !== '<') return inlineToHtml(node, context)
      return `<a href="${escape(restore(node.url, context))}">${inlineToHtml(node, context)}</a>`
    }
    case 'image':
      return `<img src="${escape(node.url)}" alt="${escape(node.alt ?? '')}"/>`
    case 'footnoteReference':
      return `<a href="#${escape(node.identifier)}">${escape(`[${node.label ?? node.identifier}]`)}</a>`
    case 'html':
      return tagToHtml(node.value)
    default:
      return 'children' in node ? inlineToHtml(node, context) : escape('value' in node ? node.value : '')
  }
}

/** A tag that rich messages know is used, any other is shown as it was written. */
function tagToHtml(tag: string): string {
  if (tag.startsWith('<!--')) return ''
  const name = /^<\/?([^\s>/]*)/.exec(tag)?.[1]?.toLowerCase() ?? ''
  return isRichTag(name) ? tag : escape(tag)
}

/** HTML between blank lines: its texts are Markdown too, unless they are code. */
function rawToHtml(html: string, context: Context): string {
  let verbatim = 0
  return html.replace(/<!--[\s\S]*?-->|<\/?[a-z](?:"[^"]*"|'[^']*'|[^>"'])*>|[^<]+|</gi, (part) => {
    if (part.startsWith('<') && part.length > 1) {
      if (/^<\/?(?:pre|code|tg-math|tg-math-block)\b/i.test(part)) verbatim += part.startsWith('</') ? -1 : 1
      return tagToHtml(part)
    }
    if (verbatim > 0 || part.trim() === '') return escape(restore(part, context))
    const [only, ...more] = parse(part.trim()).children
    if (only?.type !== 'paragraph' || more.length > 0) return restoreToHtml(escape(part), context)
    const [before = '', after = ''] = [/^\s*/.exec(part)?.[0], /\s*$/.exec(part)?.[0]]
    return before + inlineToHtml(only, { source: part.trim(), kept: context.kept }) + after
  })
}

/** In code nothing was set aside on purpose: what was, is put back as it was written. */
function restore(text: string, { kept }: Context): string {
  const around = { text: ['\\', ''], math: ['$', '$'], 'math-block': ['$$', '$$'] } as const
  return text.replace(KEPT, (_, index) => {
    const one = kept[Number(index)]
    return one === undefined ? '' : `${around[one.type][0]}${one.text}${around[one.type][1]}`
  })
}

function restoreToHtml(html: string, { kept }: Context): string {
  return html.replace(KEPT, (_, index) => {
    const one = kept[Number(index)]
    if (one === undefined) return ''
    return one.type === 'text' ? escape(one.text) : `<tg-math>${escape(one.text)}</tg-math>`
  })
}
