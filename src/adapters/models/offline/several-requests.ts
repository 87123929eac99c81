// Finds the requests of one message: lists, paragraphs and sentences that each ask for something of its own. What belongs to one
// request (its features, its colours, a word about it) stays with it.
import { changeIn, withChange } from './change.ts'
import type { Classification } from './classify.ts'
import { classify } from './classify.ts'
import { factsIn } from './facts-in.ts'
import { plainWords } from './plain-words.ts'
import { shellCommandIn } from './shell-commands.ts'

const MOST_OTHERS = 4
const MOST_PIECES = 60
const BULLET = /^\s{0,8}(?:[-*•–]|\(?\d{1,2}[.):]|[a-h]\))\s+(\S.*)$/
const CONNECTOR =
  /[,;]? (?:and also|and then|and after that|and finally|and additionally|also|then|after that|afterwards|additionally|furthermore|moreover|plus|as well as|and|danach|und dann|außerdem|und|ensuite|et|luego|y),? (?=\S)|[,;] (?=an? [^,\n]{3,80}\b(?:app|api|site|website|page|tool|cli)\b)/gi
const LEADING =
  /^(?:(?:and|also|then|next|finally|after that|afterwards|additionally|furthermore|moreover|plus|secondly|second|thirdly|third|first|firstly|lastly|oh|besides|btw|by the way|danach|außerdem|ensuite|luego)\b,?\s+){1,3}/i
const NEW_WORK =
  /^(?:(?:please|can you|could you|would you|will you|i want|i need|i'd like|let's)\s+){0,2}(?:you to |to )?(?:create|build|write|generate|develop|implement|scaffold|design|program|code|run|execute|fix|repair|translate|deploy|send|install|compose|draw|find|convert|tell me|explain|describe|summari[sz]e|list|show me|what|what's|how|why|when|where|who|which|is|are|does|do|can|make (?:me )?an?)\b/i
const REFERS =
  /\b(?:it|its|that|this|them|these|those|there|the same|the (?:page|app|site|title|api|tool|program|website|heading|background))\b/i
const FEATURES_FOLLOW =
  /\b(?:with|including|includes?|that has|which has|having|containing|contains|features?|supports?|where|so that)\b/i

export type Requests = {
  /** What is to be answered now; empty where the message asks for nothing. */
  readonly first: string
  /** Self-contained, in the order in which they were said; at most four. */
  readonly others: readonly string[]
}

type Piece = { readonly text: string; readonly kind: 'request' | 'question' | 'part' | 'small' | 'fact' }

/** `words` without what was pasted. The requests are in the person's words, plain ones where they were put together. */
export function severalRequests(words: string): Requests {
  const found = listed(words) ?? ofParagraphs(words)
  const [first = '', ...rest] = found.map((request, index) =>
    index === 0 ? resolved(request, '') : resolved(request.replace(LEADING, ''), found[index - 1] ?? ''),
  )
  if (rest.length <= MOST_OTHERS) return { first, others: rest }
  // What there is no room for stays together, to be told apart again when its turn comes.
  const last = rest.slice(MOST_OTHERS - 1).map((request) => `- ${request}`)
  return { first, others: [...rest.slice(0, MOST_OTHERS - 1), last.join('\n')] }
}

/** The items of a list where each is a request by itself and the words above it are none; null otherwise. */
function listed(words: string): readonly string[] | null {
  const lines = words.split('\n').filter((line) => line.trim() !== '')
  const first = lines.findIndex((line) => BULLET.test(line))
  if (first < 0 || lines.length === 1) return inlineList(words)
  const intro = lines.slice(0, first).join(' ')
  const items: string[] = []
  for (const line of lines.slice(first)) {
    const item = BULLET.exec(line)?.[1]
    if (item !== undefined) items.push(item.trim())
    else if (items.length > 0) items.push(`${items.pop() ?? ''} ${line.trim()}`)
  }
  return items.length >= 2 && !asksForOneThing(intro) && items.every((item) => isByItself(item)) ? items : null
}

/** "1. do this 2. do that" on one line. */
function inlineList(words: string): readonly string[] | null {
  if (!/^(?:[^\n]{0,80}[:,.] )?\(?1[.)]\s/.test(words)) return null
  const items = words.split(/(?:^|\s)\(?\d[.)] /).map((item) => item.replace(/[,;]?(?: and)?\s{0,3}$/, '').trim())
  const intro = items[0] ?? ''
  const rest = items.slice(1).filter((item) => item !== '')
  return rest.length >= 2 && !asksForOneThing(intro) && rest.every((item) => isByItself(item)) ? rest : null
}

/** Words above a list that name one thing, whose features the list then gives. */
function asksForOneThing(intro: string): boolean {
  if (intro.trim() === '') return false
  const { type } = classify(plainWords(intro.replace(/:\s*$/, '')))
  if (type === 'build' || type === 'shell') return true
  return (
    type === 'beyond' &&
    !/\b(?:following|these|this|things|tasks|requests|to-?dos?|steps|two|three|four)\b/i.test(intro)
  )
}

function isByItself(item: string): boolean {
  const { type } = classify(plainWords(item))
  if (type === 'build' || type === 'shell' || type === 'question' || type === 'about-me') return true
  return (
    type === 'beyond' &&
    (NEW_WORK.test(item) || /\S+ \S+ \S+/.test(item)) &&
    !/^(?:add|with|use|include|show|should)\b/i.test(item)
  )
}

function ofParagraphs(words: string): readonly string[] {
  const pieces = words
    .split(/\n+/)
    .flatMap((line) => sentencesOf(line))
    .slice(0, MOST_PIECES)
    .flatMap((sentence) => piecesOf(sentence))
  const found: { text: string; kind: Piece['kind'] }[] = []
  const left: string[] = []
  for (const piece of pieces) {
    const last = found.at(-1)
    if (piece.kind === 'small' || piece.kind === 'fact') left.push(piece.text)
    else if (last === undefined) found.push({ ...piece })
    else if (last.kind === 'part' && piece.kind !== 'part')
      found.splice(-1, 1, { text: `${last.text} ${piece.text}`, kind: piece.kind })
    else if (piece.kind === 'part') last.text = together(last, piece.text)
    else if (piece.kind === 'question' && (last.kind === 'question' || REFERS.test(piece.text))) {
      if (last.kind === 'question') last.text = `${last.text} ${piece.text}`
    } else found.push({ ...piece })
  }
  const asked = found.map(({ text }) => text).filter((text) => text.trim() !== '')
  return asked.length > 0 ? asked : left.slice(0, 1)
}

/** A sentence cut where another request begins. Nothing within quotation marks or code is looked at. */
function piecesOf(sentence: string): readonly Piece[] {
  const masked = maskedQuotes(sentence)
  const cuts: { readonly end: number; readonly next: number }[] = []
  for (const match of masked.matchAll(CONNECTOR)) {
    const next = match.index + match[0].length
    const rest = sentence.slice(next)
    const start = cuts.at(-1)?.next ?? 0
    if (startsAnother(sentence.slice(start, match.index), rest, match[0])) cuts.push({ end: match.index, next })
    if (cuts.length > MOST_OTHERS * 2) break
  }
  const bounds = [...cuts, { end: sentence.length, next: sentence.length }]
  let from = 0
  let before: string | null = null
  const pieces: Piece[] = []
  for (const { end, next } of bounds) {
    const said = sentence.slice(from, end).trim()
    const text: string = before !== null && /^(?:an?|another) /i.test(said) ? `create ${said}` : said
    if (text !== '') pieces.push({ text: pieces.length === 0 ? text : text.replace(LEADING, ''), kind: kindOf(text) })
    before = text
    from = next
  }
  return pieces
}

function startsAnother(left: string, rest: string, connector: string): boolean {
  const plain = plainWords(rest.slice(0, 400)).replace(LEADING, '')
  const strong = !/^[,;]? (?:(?:and|und|et|y),? )?$/i.test(connector)
  if (REFERS.test(plain.split(/[.!?,]/)[0] ?? '') && !/`/.test(plain)) return false
  if (isPhraseOfWork(plain)) {
    if (FEATURES_FOLLOW.test(left)) return false
    const [one, other] = [classify(plainWords(left.slice(-400)).replace(LEADING, '')), classify(plain)]
    if (other.type !== 'build') return false
    return strong || (one.type === 'build' && one.recipe !== other.recipe)
  }
  if (!NEW_WORK.test(plain)) return false
  const { type } = classify(plain)
  if (type === 'shell' || type === 'build') return asksAlone(left)
  if (
    !strong &&
    !/^(?:tell me|explain|describe|what|how|why|when|where|who|run |execute |create|build|write|translate|send)\b/i.test(
      plain,
    )
  )
    return false
  return (type === 'question' || type === 'about-me' || (type === 'beyond' && !isFeature(plain))) && asksAlone(left)
}

/** "how to create and run a server" is one question, "an app to create and run notes" one request. */
function asksAlone(left: string): boolean {
  const plain = plainWords(left.slice(-400)).replace(LEADING, '')
  const { type } = classify(plain)
  if (type === 'question' && /\b(?:to|i|you|we|one)\s+\S+(?:\s\S+)?$/i.test(plain) && plain.split(' ').length < 6)
    return false
  return type !== 'unclear' || factsIn(left).length > 0
}

function isFeature(text: string): boolean {
  return /^(?:show|list|do|can|is|are|does)\b/i.test(text)
}

function isPhraseOfWork(text: string): boolean {
  return /^(?:an?|another) \S/i.test(text)
}

function kindOf(text: string): Piece['kind'] {
  if (shellCommandIn(text.replace(LEADING, '')) !== null) return 'request'
  const plain = plainWords(text).replace(LEADING, '')
  if (plain.trim() === '') return 'small'
  const classified = classify(plain)
  if (classified.type !== 'build' && classified.type !== 'shell' && factsIn(text).length > 0) return 'fact'
  return kindOfClass(classified, plain)
}

function kindOfClass(classified: Classification, plain: string): Piece['kind'] {
  switch (classified.type) {
    case 'small-talk':
      return 'small'
    case 'shell':
      return 'request'
    case 'build':
      return classified.recipe === 'restyle' ? 'part' : 'request'
    case 'question':
    case 'about-me':
      return 'question'
    case 'beyond':
      return NEW_WORK.test(plain) && !REFERS.test(plain) ? 'request' : 'part'
    case 'unclear':
      return 'part'
  }
}

/** A word about a request, within it: as a change where it is one. */
function together(last: { readonly text: string; readonly kind: Piece['kind'] }, part: string): string {
  const change = changeIn(plainWords(part))
  const isWork = classify(plainWords(last.text)).type === 'build'
  if (change !== null && isWork && last.kind === 'request') return withChange(plainWords(last.text), change)
  return `${last.text.replace(/\s{0,5}$/, '')}${/[.!?:,;]\s*$/.test(last.text.slice(-5)) ? '' : '.'} ${part}`
}

/** "one for notes" after "what is a JSON API?" is a JSON API for notes. */
function resolved(request: string, before: string): string {
  if (!/^(?:\S+ ){1,3}one\b/i.test(request)) return request
  const thing = /\b(an? (?:[\w-]+ ){0,3}[\w-]+)\s*[?.]?$/i.exec(before.slice(0, 200))?.[1]
  return thing === undefined ? request : request.replace(/\bone\b/i, thing)
}

function sentencesOf(line: string): readonly string[] {
  const masked = maskedQuotes(line)
  const sentences: string[] = []
  let from = 0
  for (const match of masked.matchAll(/[.!?…]\s+(?=\S)/g)) {
    if (/\b(?:e\.g|i\.e|etc|vs|no|dr|mr|ms|st)\.$/i.test(masked.slice(Math.max(0, match.index - 6), match.index + 1)))
      continue
    sentences.push(line.slice(from, match.index + 1))
    from = match.index + match[0].length
  }
  sentences.push(line.slice(from))
  return sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== '')
}

function maskedQuotes(text: string): string {
  return text.replaceAll(
    /`[^`\n]{0,400}`|"[^"\n]{0,200}"|“[^”\n]{0,200}”|„[^“”\n]{0,200}[“”]|«[^»\n]{0,200}»/g,
    (part) => '_'.repeat(part.length),
  )
}
