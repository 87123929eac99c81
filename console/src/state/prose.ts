// The little Markdown that models write, as blocks to show: fences, headings, lists, code and emphasis. Never markup.
export type Span = { readonly type: 'text' | 'code' | 'strong'; readonly text: string }
export type Block =
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'heading'; readonly spans: readonly Span[] }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Span[])[] }
  | { readonly type: 'paragraph'; readonly spans: readonly Span[] }

const ITEM = /^\s{0,3}(?:[-*•]|(\d{1,3})[.)])\s+(.*)$/

/** Everything in the text is in the blocks; what is not understood stays as it is. */
export function readProse(text: string): readonly Block[] {
  const blocks: Block[] = []
  const lines = text.split('\n')
  let paragraph: string[] = []
  const endParagraph = () => {
    if (paragraph.length > 0) blocks.push({ type: 'paragraph', spans: readSpans(paragraph.join('\n')) })
    paragraph = []
  }
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const fence = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence !== undefined) {
      endParagraph()
      const code: string[] = []
      for (at += 1; at < lines.length && !(lines[at] ?? '').trimStart().startsWith(fence); at += 1)
        code.push(lines[at] ?? '')
      blocks.push({ type: 'code', text: code.join('\n') })
      continue
    }
    const heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1]
    if (heading !== undefined) {
      endParagraph()
      blocks.push({ type: 'heading', spans: readSpans(heading) })
      continue
    }
    const item = ITEM.exec(line)
    if (item !== null) {
      endParagraph()
      const ordered = item[1] !== undefined
      const spans = readSpans(item[2] ?? '')
      const last = blocks.at(-1)
      if (last?.type === 'list' && last.ordered === ordered && ITEM.test(lines[at - 1] ?? '')) {
        blocks[blocks.length - 1] = { ...last, items: [...last.items, spans] }
      } else blocks.push({ type: 'list', ordered, items: [spans] })
      continue
    }
    if (line.trim() === '') endParagraph()
    else paragraph.push(line)
  }
  endParagraph()
  return blocks
}

function readSpans(text: string): readonly Span[] {
  const spans: Span[] = []
  let from = 0
  for (const match of text.matchAll(/`([^`\n]+)`|\*\*([^*\n]+)\*\*/g)) {
    if (match.index > from) spans.push({ type: 'text', text: text.slice(from, match.index) })
    spans.push(match[1] === undefined ? { type: 'strong', text: match[2] ?? '' } : { type: 'code', text: match[1] })
    from = match.index + match[0].length
  }
  if (from < text.length) spans.push({ type: 'text', text: text.slice(from) })
  return spans
}
