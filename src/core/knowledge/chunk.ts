// Cuts what people add into pieces that can be found and told: along its own structure, each with a heading that says where it stood.
import { onOneLine, shorten } from '../vocabulary/short-text.ts'

/** About 300 tokens. */
export const CHUNK_CHARACTERS = 1_200
/** What a piece of code repeats of the one before it, in lines. */
const OVERLAP_LINES = 2
const OVERLAP_CHARACTERS = 160
const HEADING_CHARACTERS = 240
const DEEPER = ' › '

export type Piece = { readonly heading: string; readonly text: string }

const MARKDOWN = /\.(md|mdx|markdown)$/i
const CODE =
  /\.(ts|tsx|js|jsx|mjs|cjs|py|rb|go|rs|java|kt|kts|swift|c|h|cc|cpp|hpp|cs|php|pl|lua|r|scala|sh|bash|zsh|fish|ps1|sql|css|scss|less|html|vue|svelte|json|jsonc|ya?ml|toml|ini|cfg|conf|env|xml|gradle|tf|proto|graphql|dockerfile|mk)$/i
const CODE_NAMES = /(^|\/)(Dockerfile|Makefile|Containerfile|Justfile|Rakefile|Gemfile)$/

/** By what its name, or else its text, says that it is. `name` opens each heading. */
export function chunkFile(name: string, text: string): readonly Piece[] {
  if (MARKDOWN.test(name)) return chunkMarkdown(name, text)
  if (CODE.test(name) || CODE_NAMES.test(name)) return chunkCode(name, text)
  return /^#{1,6} \S/m.test(text) ? chunkMarkdown(name, text) : chunkText(name, text)
}

/** By headings; a section that is too long by its paragraphs. Headings inside of code are none. */
export function chunkMarkdown(name: string, text: string): readonly Piece[] {
  const pieces: Piece[] = []
  const path: string[] = []
  let lines: string[] = []
  let fence: string | null = null
  const close = () => {
    const heading = headingOf([name, ...path.filter((part) => part !== '')])
    for (const body of pack(paragraphs(lines.join('\n')), '\n\n')) pieces.push({ heading, text: body })
    lines = []
  }
  for (const line of text.split(/\r?\n/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === null) fence = mark ?? null
    else if (mark !== undefined && mark.startsWith(fence)) fence = null
    const found = fence === null ? /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line) : null
    if (found === null) {
      lines.push(line)
      continue
    }
    close()
    const depth = (found[1] ?? '#').length
    path.length = Math.min(path.length, depth - 1)
    while (path.length < depth - 1) path.push('')
    path.push(found[2] ?? '')
  }
  close()
  return pieces
}

/** By blocks that begin at the left margin, with the lines they have in the file: `src/a.ts:10-40`. */
export function chunkCode(path: string, text: string): readonly Piece[] {
  const lines = text.split(/\r?\n/).flatMap((line, index) => cut(line).map((part) => ({ part, number: index + 1 })))
  const pieces: Piece[] = []
  let [from, cutThrough] = [0, false]
  while (from < lines.length) {
    let [size, to, boundary] = [0, from, from]
    for (; to < lines.length; to += 1) {
      const part = lines[to]?.part ?? ''
      if (to > from && size + part.length > CHUNK_CHARACTERS) break
      size += part.length + 1
      // After an empty line, with the next one at the margin: the end of a function, a rule, a section.
      if (part.trim() === '' && /^\S/.test(lines[to + 1]?.part ?? '')) boundary = to + 1
    }
    // A boundary that leaves almost nothing in front of it is none.
    const end = to < lines.length && boundary - from > (to - from) / 3 ? boundary : to
    const repeated = lines
      .slice(Math.max(0, from - OVERLAP_LINES), from)
      .filter(({ part }) => part.length <= OVERLAP_CHARACTERS)
    const shown = [...(cutThrough ? repeated : []), ...lines.slice(from, end)]
    cutThrough = end === to
    const body = shown.map(({ part }) => part).join('\n')
    if (body.trim() !== '')
      pieces.push({
        heading: `${shorten(path, HEADING_CHARACTERS)}:${shown[0]?.number ?? 1}-${shown.at(-1)?.number ?? 1}`,
        text: trimLines(body),
      })
    from = end
  }
  return pieces
}

/** By paragraphs. */
export function chunkText(name: string, text: string): readonly Piece[] {
  const bodies = pack(paragraphs(text), '\n\n')
  const heading = (index: number) => (bodies.length === 1 ? name : `${name}${DEEPER}part ${index + 1}`)
  return bodies.map((body, index) => ({ heading: headingOf([heading(index)]), text: body }))
}

/** Where a turn begins: `[2026-11-21 19:40 UTC] Ada: …`, or `Ada: …` where nobody noted the time. */
const TIMED_TURN = /^\[(\d{4}-\d{2}-\d{2})[^\]]*\] [^:\n]{1,60}: /
const TURN = /^[\p{L}][\p{L}\p{N} ._-]{0,40}: /u

/** By turns, each piece opening with the last turn of the one before it: an answer is found with what it answers. */
export function chunkDialog(name: string, text: string): readonly Piece[] {
  const lines = text.split(/\r?\n/)
  const mark = lines.some((line) => TIMED_TURN.test(line)) ? TIMED_TURN : TURN
  const turns: string[] = []
  for (const line of lines) {
    if (turns.length === 0 || mark.test(line)) turns.push(line)
    else turns[turns.length - 1] += `\n${line}`
  }
  const said = turns.map((turn) => turn.trim()).filter((turn) => turn !== '')
  const pieces: Piece[] = []
  let held: string[] = []
  const close = () => {
    if (held.length === 0) return
    const day = TIMED_TURN.exec(held[0] ?? '')?.[1]
    const heading = headingOf(day === undefined ? [name] : [name, day])
    for (const body of pack(held, '\n')) pieces.push({ heading, text: body })
  }
  for (const turn of said) {
    if (held.length > 0 && size(held) + turn.length > CHUNK_CHARACTERS) {
      close()
      const last = held.at(-1) ?? ''
      held = last.length < CHUNK_CHARACTERS / 3 ? [last] : []
    }
    held.push(turn)
  }
  close()
  return pieces
}

/** A heading without the lines: they move with every edit above, and say nothing of what stands there. */
export function withoutLines(heading: string): string {
  return heading.replace(/:\d+-\d+$/, '')
}

/** Joins small blocks up to the size of a chunk, and cuts large ones. */
function pack(blocks: readonly string[], between: string): readonly string[] {
  const packed: string[] = []
  let held = ''
  for (const block of blocks.flatMap((one) => cut(one))) {
    if (held !== '' && held.length + between.length + block.length > CHUNK_CHARACTERS) {
      packed.push(held)
      held = ''
    }
    held = held === '' ? block : `${held}${between}${block}`
  }
  if (held !== '') packed.push(held)
  return packed
}

/** A list or a code block without empty lines is one paragraph. */
function paragraphs(text: string): readonly string[] {
  return text
    .split(/\n\s*\n/)
    .map(trimLines)
    .filter((paragraph) => paragraph.trim() !== '')
}

/** At the last line, sentence or word that fits; whole where it fits. */
function cut(block: string): readonly string[] {
  const parts: string[] = []
  let rest = block
  while (rest.length > CHUNK_CHARACTERS) {
    const window = rest.slice(0, CHUNK_CHARACTERS)
    const least = CHUNK_CHARACTERS / 3
    const ends = [window.lastIndexOf('\n'), window.search(/[.!?]\s+\S*$/) + 1, window.lastIndexOf(' ')]
    const end = ends.find((at) => at > least) ?? CHUNK_CHARACTERS
    parts.push(rest.slice(0, end).toWellFormed())
    rest = rest.slice(end).replace(/^[ \n]+/, '')
  }
  return [...parts, rest]
}

function headingOf(path: readonly string[]): string {
  return shorten(path.map(onOneLine).join(DEEPER), HEADING_CHARACTERS)
}

function trimLines(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').trimEnd()
}

function size(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length + 1, 0)
}
