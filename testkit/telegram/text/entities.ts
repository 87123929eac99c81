// Makes any list of spans what Telegram keeps: cleaned text, trimmed, spans nested or apart, at most a hundred.
import { findEntities } from './find-entities.ts'
import { bySpanOrder, endOf, isMonospace, isQuote, isStyle } from './span.ts'
import type { Marked, Span, SpanKind } from './span.ts'
import { byteOffset, isInsideCharacter } from './utf16.ts'

const MAX_ENTITIES = 100
const MAX_NUMBER = 1_000_000

/**
 * `spans` may be in any order, overlap, be empty. Without `findMore`, what Telegram finds by itself is not added.
 * The result may be an empty text.
 */
export function normalise(source: string, spans: readonly Span[], findMore = true): Marked {
  if (!source.isWellFormed()) return { problem: 'Strings must be encoded in UTF-8' }
  for (const { offset, length } of spans) {
    if (offset < 0 || offset > MAX_NUMBER) return { problem: `Receive an entity with incorrect offset ${offset}` }
    if (length < 0 || length > MAX_NUMBER) return { problem: `Receive an entity with incorrect length ${length}` }
  }
  const problem = firstMisplaced(source, disentangle(spans))
  if (problem !== undefined) return { problem }
  const cleaned = clean(source, disentangle(spans))
  const trimmed = trim(cleaned.text, disentangle(cleaned.spans))
  const given = limit(trimmed.spans)
  if (!findMore) return { text: trimmed.text, spans: given }
  const found = disentangle([...given, ...withoutTouched(findEntities(trimmed.text), given)])
  return { text: trimmed.text, spans: found.slice(0, MAX_ENTITIES) }
}

/** Telegram refuses what reaches beyond the text or cuts a character in two. */
function firstMisplaced(text: string, spans: readonly Span[]): string | undefined {
  for (const span of spans) {
    if (span.offset > text.length) return `Entity begins after the end of the text at UTF-16 offset ${span.offset}`
    if (isInsideCharacter(text, span.offset)) {
      return `Entity begins in a middle of a UTF-16 symbol at byte offset ${byteOffset(text, span.offset + 1)}`
    }
    const end = endOf(span)
    const beginning = `Entity beginning at UTF-16 offset ${span.offset}`
    if (end > text.length) return `${beginning} ends after the end of the text at UTF-16 offset ${end}`
    if (isInsideCharacter(text, end)) {
      return `${beginning} ends in a middle of a UTF-16 symbol at byte offset ${byteOffset(text, end + 1)}`
    }
  }
  return undefined
}

/** Control characters become spaces; carriage returns, direction overrides and three combining lines vanish. */
function clean(source: string, spans: readonly Span[]): { readonly text: string; readonly spans: Span[] } {
  const place: number[] = []
  let text = ''
  for (const char of source) {
    for (let unit = 0; unit < char.length; unit += 1) place.push(text.length)
    if (/[\r\u2028-\u202e\u0333\u033f\u030a]/.test(char)) continue
    text += char < ' ' && char !== '\n' ? ' ' : char
  }
  place.push(text.length)
  const moved = spans.map((span) => {
    const offset = place[span.offset] ?? 0
    return { ...span, offset, length: (place[endOf(span)] ?? 0) - offset }
  })
  return { text, spans: moved }
}

/** White space goes at the end, and at the start as far as no span covers it. */
function trim(source: string, spans: readonly Span[]): { readonly text: string; readonly spans: Span[] } {
  const end = source.length - (/[ \n]*$/.exec(source)?.[0].length ?? 0)
  if (end === 0) return { text: '', spans: [] }
  const leading = /^[ \n]*/.exec(source)?.[0].length ?? 0
  const begin = Math.min(leading, spans[0]?.offset ?? leading)
  const kept = spans
    .map((span) => ({ ...span, offset: span.offset - begin, length: Math.min(endOf(span), end) - span.offset }))
    .filter((span) => span.length > 0)
  return { text: source.slice(begin, end), spans: kept.sort(bySpanOrder) }
}

/** The first hundred: links, quotes and code before mere styles. Custom emoji do not count. */
function limit(spans: readonly Span[]): Span[] {
  const first = spans.filter((span) => !isStyle(span.kind) && span.kind !== 'custom_emoji').slice(0, MAX_ENTITIES)
  const styles = spans.filter((span) => isStyle(span.kind)).slice(0, MAX_ENTITIES - first.length)
  const kept = new Set<Span>([...first, ...styles])
  return spans.filter((span) => kept.has(span) || span.kind === 'custom_emoji').slice(0, MAX_ENTITIES)
}

/** Found entities give way to links, code and quotes that they would cut or cover. */
function withoutTouched(found: readonly Span[], given: readonly Span[]): Span[] {
  const solid = given.filter((span) => !isStyle(span.kind) && !isQuote(span.kind))
  const quotes = given.filter((span) => isQuote(span.kind))
  return found.filter((span) => !solid.some((other) => overlap(span, other)) && !cutsQuote(span, quotes))
}

/**
 * Removes what may not overlap and cuts styles where something else begins or ends, so that any two spans are nested
 * or apart. Sorted; spans of the same style that touch are one.
 */
function disentangle(spans: readonly Span[]): Span[] {
  const sorted = spans.filter((span) => span.length > 0).sort(bySpanOrder)
  const quotes = keepApart(sorted.filter((span) => isQuote(span.kind)))
  const solid = keepApart(sorted.filter((span) => !isQuote(span.kind) && !isStyle(span.kind)))
  const others = [...solid.filter((span) => !cutsQuote(span, quotes)), ...quotes]
  return [...others, ...cutStyles(joinStyles(sorted), others)].sort(bySpanOrder)
}

function keepApart(sorted: readonly Span[]): Span[] {
  const kept: Span[] = []
  for (const span of sorted) {
    const last = kept.at(-1)
    if (last === undefined || endOf(last) <= span.offset) kept.push(span)
  }
  return kept
}

function joinStyles(sorted: readonly Span[]): Span[] {
  const runs = new Map<SpanKind, Span[]>()
  for (const span of sorted.filter(({ kind }) => isStyle(kind))) {
    const ofKind = runs.get(span.kind) ?? []
    runs.set(span.kind, ofKind)
    const last = ofKind.at(-1)
    if (last === undefined || span.offset > endOf(last)) ofKind.push(span)
    else ofKind[ofKind.length - 1] = { ...last, length: Math.max(endOf(last), endOf(span)) - last.offset }
  }
  return [...runs.values()].flat()
}

function cutStyles(runs: readonly Span[], others: readonly Span[]): Span[] {
  const cuts = new Set([...runs.map((run) => run.offset), ...others.flatMap((span) => [span.offset, endOf(span)])])
  const sortedCuts = [...cuts].sort((a, b) => a - b)
  const monospace = others.filter((span) => isMonospace(span.kind))
  return runs.flatMap((run) => {
    const inside = sortedCuts.filter((cut) => cut > run.offset && cut < endOf(run))
    return [run.offset, ...inside]
      .map((offset, index) => ({ kind: run.kind, offset, length: (inside[index] ?? endOf(run)) - offset }))
      .filter((piece) => !monospace.some((code) => overlap(piece, code)))
  })
}

function overlap(a: Span, b: Span): boolean {
  return a.offset < endOf(b) && b.offset < endOf(a)
}

/** A quote may hold a link or code, but none of them may cross its edge or hold it. */
function cutsQuote(span: Span, quotes: readonly Span[]): boolean {
  return quotes.some((quote) => overlap(span, quote) && (span.offset < quote.offset || endOf(span) > endOf(quote)))
}
