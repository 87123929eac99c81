// What people do with memory by typing: look at it, add to it, take from it, and make two of their ids one person.
import type { FactId } from '../vocabulary/ids.ts'
import { decideFact, findFacts, rememberNow, shortFactId } from '../memory/remember.ts'
import { offerLink, takeLink } from '../memory/identities.ts'
import { decideOnce } from './decide-once.ts'
import { factText } from './fact-notes.ts'
import { code, escapeMarkdown } from './markdown.ts'
import { memoryPage, memoryPart, standingAt } from './memory-page.ts'
import { answer, noteKey, seen } from './notes.ts'
import { oneLine } from './visible.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

const LISTED = 8
const GIST = 60

export async function showMemory(deps: ReceiveDeps, { message, visitor }: Visit, rest: string): Promise<void> {
  const { place, ref } = message
  const key = noteKey(place, ref, memoryPart(rest.trim().toLowerCase() === 'forgotten'))
  const standing = await standingAt(deps, visitor, place)
  const posting = await memoryPage(deps, standing, { key, place, number: 0 })
  if (posting.type !== 'message') return
  await deps.outbox.put([seen(message), { key, place, lane: 'reply', posting: { ...posting, replyTo: ref } }])
}

export async function remember(deps: ReceiveDeps, { message, visitor, heard }: Visit, text: string): Promise<void> {
  if (text === '')
    return answer(deps, message, 'Write what I shall remember behind it: /remember never touch production')
  const standing = await standingAt(deps, visitor, message.place)
  const wish = { text, kind: null, scope: null, messageId: heard?.id ?? null, taskId: null }
  const done = await rememberNow(deps, standing, wish)
  switch (done.type) {
    case 'remembered': {
      const told = done.fact.kind === 'constraint' ? ' It is told with every task, whatever else is left out.' : ''
      return answer(deps, message, `Noted: ${factText(done.fact)}${told} /memory shows everything.`)
    }
    case 'not_yours':
      return answer(deps, message, 'Only an owner changes what is shared.')
    case 'refused':
      return answer(deps, message, escapeMarkdown(done.problem))
  }
}

export async function forgetFact(deps: ReceiveDeps, { message, visitor }: Visit, words: string): Promise<void> {
  if (words === '')
    return answer(deps, message, 'Write behind it what I shall forget: its words, or its id from /memory.')
  const standing = await standingAt(deps, visitor, message.place)
  // Once forgotten it is not found again: which one was meant is written down first.
  const ids = await decideOnce(deps, message, 'forget', async (): Promise<readonly FactId[]> => {
    const found = await findFacts(deps, standing, words, ['kept', 'proposed'])
    return found.map(({ id }) => id)
  })
  const facts = (await Promise.all(ids.map((id) => deps.facts.get(id)))).filter((fact) => fact !== null)
  const [first] = facts
  if (first === undefined) return answer(deps, message, 'I remember nothing like that. /memory shows what I do.')
  if (facts.some(({ text }) => text !== first.text)) {
    const lines = facts.slice(0, LISTED).map((fact) => `- ${code(shortFactId(fact.id))} ${factText(fact)}`)
    return answer(deps, message, `More than one fits. Write the id of it:\n\n${lines.join('\n')}`)
  }
  const decided = await Promise.all(facts.map(({ id }) => decideFact(deps, standing, id, 'dropped')))
  if (decided.every(({ type }) => type === 'not_yours'))
    return answer(deps, message, 'Only an owner changes what is shared.')
  await answer(deps, message, `Forgotten: ${factText(first)} It can be kept again with /memory forgotten.`)
}

/** Two ids of one person share what is remembered of that person; conversations stay apart. */
export async function link(deps: ReceiveDeps, { message, visitor }: Visit, given: string): Promise<void> {
  if (!message.direct) return answer(deps, message, 'Do that in our own chat: the code is for you alone.')
  if (given === '') {
    const { code: fresh } = await offerLink(deps, visitor.userId)
    const how =
      `Write ${code(`/link ${fresh}`)} to another of my bots from your other account, or run ${code(`factotum user link ${fresh}`)} ` +
      'at the terminal, within an hour. What I remember of you is one memory then; conversations stay apart. Show the code to nobody.'
    return answer(deps, message, how)
  }
  // A code works once: delivered again it must not look like a wrong one.
  const done = await decideOnce(deps, message, 'link', async () => (await takeLink(deps, given, visitor.userId)).type)
  const told = {
    linked: 'Linked: what I remember of you is one memory now.',
    same: 'That was you already: nothing changed.',
    unknown: `I don't know the code ${code(oneLine(given, GIST))}: codes hold once, for an hour. /link makes a new one.`,
  }
  await answer(deps, message, told[done])
}
