// What was understood and will be done, in the few lines to which a person says OK before any work starts; and the one line that is
// left of them afterwards.
import type { Approval } from '../vocabulary/approval.ts'
import { clip } from '../vocabulary/short-text.ts'
import { escapeMarkdown } from './markdown.ts'
import type { NameOf } from './names.ts'
import type { AskedApproval } from './card-view.ts'
import { clockTime, duration } from './status-words.ts'
import { oneLine, readable } from './visible.ts'

/** As it is read: of all that is written into it. */
const CHARACTERS = 1_000
const HEARD_CHARACTERS = 300
/** Less says nothing any more. */
const HEARD_LEAST = 20
/** For what stands between the parts. */
const BETWEEN = 8
const GIST_CHARACTERS = 80
const COMMENT_CHARACTERS = 200
const PARTS = /^Understood:\s*([\s\S]*?)\s*\n\s*Will:\s*([\s\S]*?)(?:\s*\n\s*From:\s*([^\n]*))?$/

/** Markdown. `heard` is what was understood of a recording that asked for it; null where it was written. */
export function proposalMarkdown(
  { subject, estimate }: Pick<Approval, 'subject' | 'estimate'>,
  heard: string | null,
): string {
  const usually = estimate === null ? '' : estimateWords(estimate)
  // What is agreed to stands there whole; what was heard has the room that is left.
  const whole = clip(readable(subject).trim(), CHARACTERS - usually.length - BETWEEN)
  const room = Math.min(HEARD_CHARACTERS, CHARACTERS - usually.length - whole.length - BETWEEN)
  const said = heard === null || room < HEARD_LEAST ? '' : `I heard: “${oneLine(heard, room - HEARD_LEAST)}”`
  const [, understood = '', will = '', from = ''] = PARTS.exec(whole) ?? []
  const begins = from === '' ? '' : `  \n**From:** ${inline(from)}`
  return [
    ...(said === '' ? [] : [escapeMarkdown(said)]),
    will === '' ? escapeMarkdown(whole) : `**Understood:** ${inline(understood)}  \n**Will:** ${inline(will)}${begins}`,
    ...(usually === '' ? [] : [`_${usually}_`]),
  ].join('\n\n')
}

/** How it ended. `replaced`: by what the person said instead of an answer. */
export function settledProposal(approval: AskedApproval, nameOf: NameOf, replaced: boolean): string {
  const [, understood = approval.subject] = PARTS.exec(approval.subject) ?? []
  const gist = escapeMarkdown(oneLine(understood, GIST_CHARACTERS))
  const { resolvedAt, resolvedBy, askedAt, comment } = approval
  const when = resolvedAt === null ? '' : `, ${clockTime(resolvedAt, askedAt)}`
  const by = resolvedBy === null ? '' : ` by ${escapeMarkdown(nameOf(resolvedBy))}`
  const why = comment === null ? '' : ` · ${escapeMarkdown(oneLine(comment, COMMENT_CHARACTERS))}`
  switch (approval.status) {
    case 'approved':
      return `👌 OK${by}${when}: ${gist}${why}`
    case 'rejected':
      return `❌ Cancelled${by}${when}: ${gist}${why}`
    case 'superseded':
      return replaced ? `➖ Replaced by a newer message: ${gist}` : `➖ No longer asked, stopped${by}${when}: ${gist}`
    case 'expired':
      return `⌛ Nobody said OK in time${when}: ${gist}`
    case 'pending':
      return `✋ Waits for an OK: ${gist}`
  }
}

/** E.g. `Usually about 40 s and 12,000 tokens.` */
function estimateWords({ seconds, tokens }: NonNullable<Approval['estimate']>): string {
  return `Usually about ${duration(rounded(seconds) * 1_000)} and ${rounded(tokens).toLocaleString('en-US')} tokens.`
}

/** To two figures: it is a guess. */
function rounded(count: number): number {
  return count < 100 ? Math.round(count) : Number(count.toPrecision(2))
}

function inline(text: string): string {
  return escapeMarkdown(text.replace(/\s*\n\s*/g, ' '))
}
