// What a later message changes about an earlier request: colours, words, language; and the two as one request.
import { classify, isLook, titleChangeIn, unquotedPart, withoutPoliteness } from './classify.ts'
import { greetingIn } from './recipes/greeting.ts'
import type { Theme } from './recipes/theme.ts'
import { COLOURS, describeTheme, themeIn } from './recipes/theme.ts'

export type Change = {
  readonly look: Theme | null
  /** The look names a colour, not only dark or light. */
  readonly coloured: boolean
  readonly title: string | null
  /** As it is to be added, e.g. `in Python`; empty for Node, which the recipes use of themselves. */
  readonly language: string | null
  /** The same once more: nothing but what is named here differs. */
  readonly again: boolean
}

const OPENING =
  /^(?:(?:no|nope|nah|yes|ok(?:ay)?|hm+|oh|ah|wait|sorry|actually|rather|better|and|but|also|then|now|so|well|please|just|maybe|instead|great|nice|thanks|cool|i meant?|i'd prefer|i would prefer|i prefer|can you|could you|would you|can we|let's|try|i want|if so|if yes)\b[,.!:;]*\s+|not [\p{L} ]{1,30}(?:,| but) )/iu
const CLOSING =
  /(?:,?\s(?:please|instead|now|thanks|thank you|though|again|then|this time|rather|too|as well)){1,4}[\s.!?]{0,5}$/i
const AGAIN =
  /^(?:(?:do |make |build |create |give me )?(?:the )?same(?: (?:thing|one|page|app|again|as before|site))*|(?:do (?:it|that) |once |one )?(?:more )?again|once more|(?:do|make|build|create) (?:it|that|one|another|another one|one more)(?: again)?|another (?:one)?|repeat (?:it|that)|like (?:before|the last one))[, ]*(?:but|only|just|except)?[, ]*/i
const LANGUAGE =
  /\b(?:in|with|using|use|into|to) (python|node(?:\.?js)?|javascript|js|rust|go|golang|java|typescript|ruby|php|c#|c\+\+|kotlin|swift|perl|elixir|react|vue|django|flask|scala|haskell)\b/i
const COLOUR = Object.keys(COLOURS).concat('violet', 'turquoise', 'rose', 'gold').join('|')
const LOOK_PHRASE = new RegExp(
  `\\s+(?:in|with)\\s+(?:an?\\s+|the\\s+)?(?:dark |light )?(?:(?:${COLOUR})|dark|light)(?: (?:theme|mode|colou?rs?|style|background|look))?(?![\\w-])`,
  'gi',
)
const START = new RegExp(
  `^((?:(?:please|kindly) )?(?:create|build|make|write|generate|develop|implement|code|scaffold|set ?up|produce|design|prepare|give)?\\s*(?:me |us )?)(an? |the |my |one )?((?:dark |light )?(?:(?:${COLOUR})|dark|light) )?`,
  'i',
)

/** What the text changes; null when it is no mere change of colours, words or language. `text` holds plain words. */
export function changeIn(text: string): Change | null {
  let rest = opened(text.slice(0, 400))
  const again = AGAIN.exec(rest)?.[0] ?? ''
  if (again.trim() !== '') rest = rest.slice(again.length)
  rest = rest.replace(CLOSING, '').replace(/[\s.!]{1,5}$/, '')
  const change = { look: null, coloured: false, title: null, language: null, again: again.trim() !== '' }
  if (rest.trim() === '') return change.again ? change : null
  const title = titleChangeIn(rest)
  if (title !== null) return { ...change, title }
  const parts = rest.split(/,? and (?=(?:make|call|name|change|it should|in )\b)/i)
  if (parts.length === 2) {
    const [one, other] = parts.map((part) => changeIn(part))
    if (one !== null && other !== null && one !== undefined && other !== undefined) return joined(one, other)
  }
  const language = LANGUAGE.exec(rest)
  const plain = language === null ? rest : rest.replace(language[0], ' ')
  const named =
    language === null ? null : /^(?:node|javascript|js)/i.test(language[1] ?? '') ? '' : languageName(language[1] ?? '')
  if (named !== null && isFiller(plain)) return { ...change, language: named }
  if (
    isLook(plain) &&
    !/\b(?:app|website|web ?page|api|site|server)\b.*\b(?:says?|shows?)\b/i.test(plain) &&
    !isThing(plain)
  ) {
    return { ...change, look: themeIn(plain), coloured: hasColour(plain), language: named }
  }
  return null
}

/** The earlier request with what the later one changes; both in plain words. */
export function withChange(request: string, change: Change): string {
  const classified = classify(request)
  const isChange = classified.type === 'build' && classified.recipe === 'restyle'
  const look = lookAfter(request, change)
  if (isChange) {
    const title = change.title ?? titleOf(request)
    return lookAndTitle(look, title)
  }
  let changed = withoutPoliteness(request)
  if (change.title !== null) changed = withoutWords(changed)
  if (change.language !== null) changed = changed.replace(LANGUAGE, ' ').replace(/\b(?:python|node(?:\.?js)?)\s/i, '')
  if (look !== null && change.look !== null) changed = painted(changed, look)
  changed = changed
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/[.!?]{1,5}$/, '')
  if (change.title !== null) changed += ` that says "${change.title}"`
  if (change.language !== null && change.language !== '') changed += ` ${change.language}`
  return changed
}

/** As an order of its own, for what is there already. */
export function changeAsOrder(change: Change, before: string | null): string {
  const look = change.look === null ? null : before === null ? change.look : lookAfter(before, change)
  return lookAndTitle(look, change.title)
}

/** What a page is to show from now on, of an order made by `changeAsOrder` or said by a person. */
export function titleOf(request: string): string | null {
  const marked = / and change the title to "([^"]{1,160})"$/.exec(request)?.[1]
  return marked ?? titleChangeIn(opened(request).replace(CLOSING, ''))
}

export function opened(text: string): string {
  let rest = text.trim()
  for (let round = 0; round < 5; round += 1) {
    const next = rest.replace(OPENING, '')
    if (next === rest || next.trim() === '') break
    rest = next
  }
  return rest
}

function lookAndTitle(look: Theme | null, title: string | null): string {
  const name = title?.replaceAll('"', "'") ?? null
  if (look === null) return `change the title to "${name ?? ''}"`
  return name === null
    ? `make it ${describeTheme(look)}`
    : `make it ${describeTheme(look)} and change the title to "${name}"`
}

function joined(one: Change, other: Change): Change {
  return {
    look: other.look ?? one.look,
    coloured: other.look === null ? one.coloured : other.coloured,
    title: other.title ?? one.title,
    language: other.language ?? one.language,
    again: one.again || other.again,
  }
}

/** Dark stays dark in another colour, and a colour stays when the page gets dark. */
function lookAfter(request: string, { look, coloured }: Change): Theme | null {
  const before = themeIn(unquotedPart(request))
  if (look === null) return before
  if (before === null) return look
  return { mode: look.mode === 'auto' ? before.mode : look.mode, colour: coloured ? look.colour : before.colour }
}

function painted(request: string, look: Theme): string {
  return request.replaceAll(LOOK_PHRASE, '').replace(START, (_, verb: string, article: string | undefined) => {
    const words = `${describeTheme(look)} `
    const fitting = /^an? $/i.test(article ?? '') ? (/^[aeiou]/.test(words) ? 'an ' : 'a ') : (article ?? '')
    return `${verb}${fitting}${words}`
  })
}

function withoutWords(request: string): string {
  const greeting = greetingIn(request)
  if (greeting === null || /^hello, world!$/i.test(greeting)) return request
  const plain = unquotedPart(request)
  if (plain !== request) {
    return plain.replace(
      /\b(?:that |which |to )?(?:says?|saying|shows?|showing|displays?|displaying|with the (?:text|title|heading|words)|called|named|titled)\s*(?=$|\s(?:in|with|and)\b|\s*[.,])/gi,
      ' ',
    )
  }
  return request.replace(
    new RegExp(`\\s(?:that |which )?(?:says?|saying|shows?|showing|displays?) ${escaped(greeting)}`, 'i'),
    '',
  )
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function hasColour(text: string): boolean {
  return new RegExp(`\\b(?:${COLOUR})\\b`, 'i').test(text)
}

/** "a blue web app": a thing to build, not a colour for one that is there. */
function isThing(text: string): boolean {
  return /\b(?:an?|new|another) (?:[\w-]+ ){0,5}(?:app|application|website|site|page|server|api)\b/i.test(text)
}

function isFiller(text: string): boolean {
  return /^(?:(?:do|make|write|build|create|it|that|this|be|should|the|same|thing|one|app|page|whole|everything|please|rewrite|port|convert|turn|switch|i|want|need|like)\b\s*)*$/i.test(
    text.replaceAll(/[^\w\s]/g, ' ').trim(),
  )
}

function languageName(word: string): string {
  return `in ${word.charAt(0).toUpperCase()}${word.slice(1).toLowerCase()}`
}
