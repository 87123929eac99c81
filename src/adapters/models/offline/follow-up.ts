// Reads a message in the light of what came before: a word about the last work, about a proposal that it replaces, or an answer to
// a question of ours. The same context always gives the same reading, so that everybody who works on it does the same.
import { onOneLine } from '../../../core/vocabulary/short-text.ts'
import { changeAsOrder, changeIn, opened, withChange } from './change.ts'
import type { Change } from './change.ts'
import { classify } from './classify.ts'
import type { EarlierWork, Told } from './from-context.ts'
import { ownWordsIn } from './long-paste.ts'
import { plainWords } from './plain-words.ts'
import { greetingIn } from './recipes/greeting.ts'
import { severalRequests } from './several-requests.ts'

export type Wish = {
  /** In plain words, complete in itself. */
  readonly request: string
  /** It goes on from the newest finished work. */
  readonly continues: boolean
  /** The earlier request that it changes or completes; null where it stands alone. */
  readonly after: string | null
}

const REPLACED = /newer message took its place/i
const PROPOSAL = /^Understood: [\s\S]*\nWill: /
const MOST_COMMENTS = 8
const COMMENT =
  /^(?:no|nope|and|but|also|with|without|add|instead|use|in|for|plus|actually|rather|it|make it|make the|make its|change|only|not|should|wait|sorry|oh|remove|replace|rename|call it|put|include|please (?:add|use|make it|change)|the (?:title|page|colou?r|text|background|heading|app)|don't|do not)\b/i
const REFERS_TO_WORK =
  /\b(?:it|its|the (?:page|app|site|website|web app|title|heading|background|header|footer|button|colou?rs?|text|api|tool|program|server|code|tests?|readme|last (?:one|work)|result|style|layout|font))\b/i
const GOES_ON =
  /^(?:now|and now|next|again|also|then|now also|please now)\b|^(?:add|remove|rename|change|replace|move|extend|update|include|put|centre|center|enlarge|shrink|fix|repair|test|deploy|refactor|improve|translate|delete)\b/i

export function wishFrom(said: string, told: Told): Wish {
  const comments = replacedBefore(told)
  const earlier = comments.reduce<Wish | null>((before, text) => commented(before, text, told), null)
  return commented(earlier, said, told)
}

/** A proposal's further comment, or the words by themselves where they are none. */
function commented(before: Wish | null, said: string, told: Told): Wish {
  const plain = plainWords(said)
  if (before === null) return byItself(plain, told)
  const own = classify(plain)
  if (own.type === 'shell' || own.type === 'question' || own.type === 'about-me' || own.type === 'small-talk')
    return byItself(plain, told)
  const change = changeIn(plain)
  if (change !== null) return { ...before, request: withChange(before.request, change), after: before.request }
  const rest = opened(plain)
  const meant = classify(asNewThing(rest))
  if (meant.type === 'build' && meant.recipe !== 'restyle')
    return { ...byItself(keepWords(asNewThing(rest), before.request), told), after: before.request }
  const isComment = COMMENT.test(plain) || own.type === 'unclear'
  if (!isComment || (own.type === 'unclear' && rest.split(/\s+/).length < 2)) return byItself(plain, told)
  return { ...before, request: `${before.request.replace(/[.!?]{1,5}$/, '')}, ${rest}`, after: before.request }
}

function byItself(plain: string, told: Told): Wish {
  const alone: Wish = { request: plain, continues: false, after: null }
  const answered = answerToUs(plain, told)
  if (answered !== null) return answered
  const last = lastFinished(told)
  if (last === null) return alone
  const own = classify(opened(plain))
  if (own.type === 'shell' || own.type === 'question' || own.type === 'about-me' || own.type === 'small-talk')
    return alone
  const change = changeIn(plain)
  const standing = standingRequest(told)
  if (change !== null) return changed(change, standing, plain)
  if (own.type === 'build' && own.recipe === 'fix-tests') return { ...alone, continues: true }
  if (own.type === 'build' && own.recipe !== 'restyle') return { ...alone, request: opened(plain) }
  const goesOn = REFERS_TO_WORK.test(plain) || GOES_ON.test(plain)
  return goesOn ? { request: plain, continues: true, after: standing ?? last.request } : alone
}

function changed(change: Change, standing: string | null, plain: string): Wish {
  if (change.language !== null) {
    const request = standing === null ? plain : withChange(standing, change)
    return { request, continues: true, after: standing }
  }
  if (change.look !== null || change.title !== null) {
    return { request: changeAsOrder(change, standing), continues: true, after: standing }
  }
  return { request: standing ?? plain, continues: true, after: standing }
}

/** "make it a static site": another thing instead. */
function asNewThing(text: string): string {
  const made = text
    .replace(/^(?:make|let) (?:it|that)(?: be)? (?=an? )/i, 'create ')
    .replace(/,?\s(?:instead|please|rather|then){1,2}[\s.!]{0,5}$/i, '')
  return /^(?:an?|rather an?) \S/i.test(made) ? `create ${made.replace(/^rather /i, '')}` : made
}

/** What the page was to say, it says as another kind of page too. */
function keepWords(request: string, before: string): string {
  const words = /["“”«»`]([^"“”«»`\n]{1,120})["“”«»`]/.exec(before)?.[1]
  return words === undefined || greetingIn(request) !== null || !/\b(?:app|site|page|website)\b/i.test(request)
    ? request
    : `${request.replace(/[.!?]{1,5}$/, '')} that says "${words}"`
}

/** What the person said about proposals that were never agreed to, oldest first: each replaced the one before. */
function replacedBefore(told: Told): readonly string[] {
  const found: string[] = []
  const { said } = told
  let at = said.length - 1
  while (at >= 1 && found.length < MOST_COMMENTS) {
    const [ours, theirs] = [said[at], said[at - 1]]
    if (ours?.by !== 'us' || theirs?.by !== 'them' || !PROPOSAL.test(ours.text) || wasDone(theirs.text, told.work))
      break
    const { first } = severalRequests(ownWordsIn(theirs.text).words)
    found.unshift(first)
    at -= 2
  }
  return found
}

/** The work list tells what became of a request: what was not replaced is under way or over. */
function wasDone(request: string, work: readonly EarlierWork[]): boolean {
  const line = onOneLine(request)
  const task = work.find((one) => onOneLine(one.request) === line)
  return task !== undefined && !isReplaced(task)
}

function isReplaced({ status, outcome }: EarlierWork): boolean {
  return status === 'needs_approval' || (status === 'aborted' && REPLACED.test(outcome))
}

/** The reply to a question that we asked because something was not clear. */
function answerToUs(plain: string, told: Told): Wish | null {
  const [theirs, ours] = told.said.slice(-2)
  if (ours?.by !== 'us' || theirs?.by !== 'them' || ours.text.length > 300 || !/\?\s*$/.test(ours.text)) return null
  const own = classify(plain)
  if (own.type !== 'unclear' && own.type !== 'beyond') return null
  const asked = plainWords(severalRequests(ownWordsIn(theirs.text).words).first).replace(/[\s.!?]{1,10}$/, '')
  if (asked === '' || classify(asked).type !== 'unclear') return null
  const rest = plain.trim().replace(/[\s.!]{1,10}$/, '')
  const tries = [
    asked.replace(/\b(?:it|this|that|something|anything|stuff|one)\b/i, () => rest),
    `${asked} ${rest}`,
    `create a ${asked} ${rest}`,
    `${rest.replace(/\b(?:it|one|that)\b/i, () => `a ${asked}`)}`,
  ]
  const request = tries.find((one) => classify(one).type === 'build')
  return request === undefined ? null : { request, continues: false, after: asked }
}

function lastFinished({ work }: Told): EarlierWork | null {
  return work.find(({ type, status }) => type === 'dev_pipeline' && status === 'completed') ?? null
}

/** What the newest finished work comes to, with everything that was said about it since; null where it is none that we know. */
function standingRequest({ work }: Told): string | null {
  let standing: string | null = null
  for (const { type, request, status, outcome } of work.toReversed()) {
    if (
      type !== 'dev_pipeline' ||
      (status !== 'completed' && !isReplaced({ type, status, request, outcome, files: [] }))
    )
      continue
    const plain = plainWords(severalRequests(ownWordsIn(request).words).first)
    const own = classify(plain)
    const change = changeIn(plain)
    if (own.type === 'build' && own.recipe !== 'restyle' && own.recipe !== 'fix-tests') standing = plain
    else if (change !== null && standing !== null) standing = withChange(standing, change)
  }
  return standing
}
