// Who gets in: people who are not known ask with a code that an owner answers; in groups it is owners who say who may speak.
import type { PairingRequest } from '../ports/member-store.ts'
import type { ChatMessage } from '../vocabulary/chat-message.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { BotId, Place } from '../vocabulary/place.ts'
import type { Post } from '../vocabulary/post.ts'
import { escapeMarkdown } from './markdown.ts'
import { offerButtons, saying } from './notes.ts'
import { duration } from './status-words.ts'
import { nameOf, ownersChats, shownName } from './people.ts'
import type { OwnersDeps } from './people.ts'
import type { ReceiveDeps } from './visit.ts'

type AnswerDeps = OwnersDeps & Pick<ReceiveDeps, 'outbox' | 'members'>

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const REFUSED_MS = 24 * HOUR_MS
const MOST_REQUESTS = 5
const CODE_LENGTH = 8

/** An unknown person in a direct chat: gets a code to show to an owner, and the owners are asked. Nothing else comes of it. */
export async function askToBeLetIn(deps: ReceiveDeps, { place, author, ref, sentAt }: ChatMessage): Promise<void> {
  const now = deps.clock.now()
  const refusedMs = await refusedFor(deps, author.userId)
  if (refusedMs !== null) {
    const key = `pairing:${place.chat}/refused/${Math.floor(sentAt.getTime() / HOUR_MS)}`
    const markdown = `My owner did not let you in. You can ask again in ${duration(refusedMs)}.`
    return putNew(deps, { key, place, lane: 'reply', posting: saying(markdown, { replyTo: ref }) })
  }
  const asked = await deps.members.ask(
    {
      userId: author.userId,
      name: shownName(author.name),
      code: deps.ids.unguessable<string>().slice(0, CODE_LENGTH).toUpperCase(),
      place,
      expiresAt: new Date(now.getTime() + HOUR_MS),
    },
    MOST_REQUESTS,
    now,
  )
  // Whoever writes a lot is answered once a minute, by the time of their own messages: the same when they are delivered again.
  const minute = Math.floor(sentAt.getTime() / MINUTE_MS)
  const key = `pairing:${place.chat}/${minute}`
  if (asked.type === 'too_many') {
    const markdown =
      'I work for my owner only, and too many people are asking to be let in right now. Try again in an hour.'
    await putNew(deps, { key, place, lane: 'reply', posting: saying(markdown, { replyTo: ref }) })
    return
  }
  const { request } = asked
  const told = await askOwners(deps, request)
  const markdown =
    `Hello! I work for my owner and the people they let in. Show them this code: \`${request.code}\`\n\n` +
    `${told ? 'I have told them that you are here. ' : ''}The code holds for an hour; once they say yes, you hear from me.`
  await putNew(deps, { key, place, lane: 'reply', posting: saying(markdown, { replyTo: ref }) })
}

/** A group in which the person may not give work: said at most once an hour for the whole group. */
export async function refuseInGroup(deps: ReceiveDeps, { place, ref, sentAt }: ChatMessage): Promise<void> {
  const hour = Math.floor(sentAt.getTime() / HOUR_MS)
  const key = (number: number) => `refused:${place.chat}/${number}`
  const before = await deps.outbox.find(place.bot, key(hour - 1))
  if (before !== null && before.createdAt.getTime() > deps.clock.now().getTime() - HOUR_MS) return
  const markdown = 'I work only for my owner here. An owner can open this group to the people I know with /open.'
  await putNew(deps, { key: key(hour), place, lane: 'reply', posting: saying(markdown, { replyTo: ref }) })
}

/** An owner's answer to somebody who asked, in a few words; null when the request is not open any more. Safe to repeat. */
export async function answerPairing(
  deps: ReceiveDeps,
  code: string,
  { by, bot, letIn }: { readonly by: UserId; readonly bot: BotId; readonly letIn: boolean },
): Promise<string | null> {
  const now = deps.clock.now()
  const key = `pairing:${code}/answer`
  const done = letIn ? 'They are in.' : 'Refused.'
  const request = (await deps.members.requests(now)).find((one) => one.code === code)
  // The request is taken last: where it is gone and was answered, everything else was done.
  if (request === undefined) return (await deps.outbox.find(bot, key)) === null ? null : done
  const known = await deps.members.find(request.userId)
  await deps.recorder.record(by, 'person.changed', request.userId, letIn ? { role: 'member' } : { refused: true })
  if (letIn && (known === null || known.role === 'guest'))
    await deps.members.put({ userId: request.userId, role: 'member', name: request.name, since: now })
  const [owner, name] = [await nameOf(deps, by), request.name].map(escapeMarkdown)
  if (!letIn) await deps.requests?.rates.take([{ ...refusedKey(request.userId), perMs: REFUSED_MS }])
  await tellAnswer(deps, request, letIn, letIn ? `${owner} let ${name} in.` : `${owner} refused ${name}.`)
  await deps.members.takeRequest(code, now)
  return done
}

/**
 * For somebody who was let in elsewhere, e.g. at the terminal: if they have asked, they hear of it, and no owner is asked about them
 * any more. True where they had asked. Safe to repeat.
 */
export async function settleRequestOf(deps: AnswerDeps & Pick<ReceiveDeps, 'clock'>, userId: UserId): Promise<boolean> {
  const now = deps.clock.now()
  const request = (await deps.members.requests(now)).find((one) => one.userId === userId)
  if (request === undefined) return false
  await tellAnswer(deps, request, true, `${escapeMarkdown(request.name)} was let in.`)
  await deps.members.takeRequest(request.code, now)
  return true
}

/** For somebody who just became an owner: nobody is asked about them any more, and who else asked before is asked about now. */
export async function askAboutOthers(deps: ReceiveDeps, owner: UserId, { interface: name, bot }: Place): Promise<void> {
  const now = deps.clock.now()
  for (const request of await deps.members.requests(now)) {
    if (request.userId === owner) await deps.members.takeRequest(request.code, now)
    else if (request.place.interface === name && request.place.bot === bot) await askOwners(deps, request)
  }
}

/** Whoever asked hears it, and the owners' questions become what came of them. */
async function tellAnswer(
  deps: AnswerDeps,
  { code, place: askedAt }: PairingRequest,
  letIn: boolean,
  settled: string,
): Promise<void> {
  const told = letIn
    ? 'You are in: tell me what to do, in your own words. /help shows what else there is.'
    : 'Sorry, my owner did not let you in.'
  await deps.outbox.put([
    { key: `pairing:${code}/answer`, place: askedAt, lane: 'reply', posting: saying(told) },
    ...(await ownersChats(deps, askedAt)).map((place): Post => ({
      key: askedKey(code, place),
      place,
      lane: 'reply',
      posting: saying(settled),
    })),
  ])
}

/** Each owner is asked in their own chat; the first who answers answers for all. False where there is none. */
async function askOwners(deps: ReceiveDeps, request: PairingRequest): Promise<boolean> {
  const { code, name, userId, expiresAt } = request
  const markdown =
    `**${escapeMarkdown(name)}** (${escapeMarkdown(userId)}) asks to work with me. Their code: \`${code}\`\n\n` +
    'Let them in only if you know them and they showed you this code.'
  const chats = await ownersChats(deps, request.place)
  const posts = await Promise.all(
    chats.map(async (place): Promise<Post> => {
      const to = { group: `pairing:${code}`, place, onlyFor: null, expiresAt }
      const buttons = await offerButtons(deps, to, [
        { name: `let_in/${place.chat}`, label: 'Let in', style: 'good', does: { type: 'let_in', code } },
        { name: `refuse/${place.chat}`, label: 'Refuse', style: 'danger', does: { type: 'refuse_pairing', code } },
      ])
      return { key: askedKey(code, place), place, lane: 'approval', posting: saying(markdown, { buttons }) }
    }),
  )
  if (posts.length > 0) await deps.outbox.put(posts)
  return posts.length > 0
}

function askedKey(code: string, { chat }: Place): string {
  return `pairing:${code}/asked/${chat}`
}

/** Of somebody who was refused: how long they can't ask again, in ms. Null for others. */
async function refusedFor({ requests }: ReceiveDeps, userId: UserId): Promise<number | null> {
  // What is counted here is over at once: it only finds out whether a refusal still counts.
  const looked = await requests?.rates.take([{ ...refusedKey(userId), perMs: 1 }])
  return looked?.type === 'limited' ? looked.waitMs : null
}

function refusedKey(userId: UserId): { readonly key: string; readonly points: number } {
  return { key: `pairing-refused:${userId}`, points: 1 }
}

/** Nothing where something stands under the key already. */
async function putNew(deps: ReceiveDeps, post: Post): Promise<void> {
  if ((await deps.outbox.find(post.place.bot, post.key)) === null) await deps.outbox.put([post])
}
