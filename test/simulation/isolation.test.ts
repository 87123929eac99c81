// Nothing that was said or is remembered elsewhere is ever told to a model here: random people, bots, chats, topics and interfaces.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { buildContextPack } from '../../src/core/context/context-pack.ts'
import { gatherContext } from '../../src/core/context/gather.ts'
import { offerLink, takeLink } from '../../src/core/memory/identities.ts'
import type { ThreadId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { ConversationStore } from '../../src/core/ports/conversation-store.ts'
import { chatScope } from '../../src/core/vocabulary/memory.ts'
import type { Thread } from '../../src/core/vocabulary/message.ts'
import type { BotId, Place } from '../../src/core/vocabulary/place.ts'
import { BOT, createChatStage, userOf } from './chat-stage.ts'
import type { ChatStage, Person } from './chat-stage.ts'

const PEOPLE: readonly Person[] = [11, 22, 33, 44].map((id) => ({ id, name: `Person ${id}` }))
const BOTS: readonly BotId[] = [BOT, '2' as BotId]
/** Room for everything: what is left out for lack of it proves nothing. */
const BUDGET = 100_000
const DEED = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('say', 'say', 'say', 'chatter', 'forward') },
  { weight: 2, arbitrary: fc.constantFrom('fact', 'rule', 'finish') },
  { weight: 1, arbitrary: fc.constantFrom('new', 'link', 'unlink') },
)
const STEP = fc.record({
  who: fc.nat(PEOPLE.length - 1),
  bot: fc.nat(BOTS.length - 1),
  where: fc.constantFrom('direct', 'group', 'topic-1', 'topic-2', 'console'),
  deed: DEED,
})
type Step = typeof STEP extends fc.Arbitrary<infer Value> ? Value : never

/** A word that is said once, and where it may be told. */
type Trace = { readonly word: string; readonly from: UserId; readonly thread: ThreadId | null } & (
  | { readonly kind: 'words' }
  | { readonly kind: 'fact' | 'rule'; readonly scope: string }
)

async function play(steps: readonly Step[]) {
  const stage = createChatStage()
  const { base } = stage
  for (const person of PEOPLE)
    await base.members.put({ userId: userOf(person), role: 'member', name: person.name, since: stage.now() })
  for (const bot of BOTS) await base.chats.set(placeOf(PEOPLE[0]!, bot, 'group'), { open: true })
  const traces: Trace[] = []
  const threads = new Map<ThreadId, Thread>()
  for (const [at, { who, bot, where, deed }] of steps.entries()) {
    const [person, word] = [PEOPLE[who]!, `word${at}x`]
    const from = userOf(person)
    stage.pass(1_000)
    if (deed === 'link' || deed === 'unlink') {
      await changeLink(stage, from, userOf(PEOPLE[(who + 1) % PEOPLE.length]!), deed)
      continue
    }
    const thread =
      where === 'console'
        ? await sayInConsole(stage, from, word)
        : await sayInChat(stage, person, placeOf(person, BOTS[bot]!, where), deed, word)
    if (thread === null) continue
    threads.set(thread.id, thread)
    const scope = thread.direct ? 'person' : chatScope(thread)
    const isFact = where !== 'console' && (deed === 'fact' || deed === 'rule')
    traces.push({ word, from, thread: thread.id, ...(isFact ? { kind: deed, scope } : { kind: 'words' }) })
  }
  return { stage, traces, threads: [...threads.values()] }
}

function placeOf(person: Person, bot: BotId, where: string): Place {
  const topic = where.startsWith('topic-') ? where.slice(6) : null
  return { interface: 'telegram', bot, chat: where === 'direct' ? String(person.id) : '-100', topic }
}

async function sayInChat(
  stage: ChatStage,
  person: Person,
  place: Place,
  deed: Step['deed'],
  word: string,
): Promise<Thread | null> {
  const { base } = stage
  const isDirect = place.chat === String(person.id)
  const text = {
    say: `build me ${word}`,
    chatter: `by the way ${word}`,
    forward: `look at ${word}`,
    fact: `/remember The name is ${word}`,
    rule: `/remember never touch ${word}`,
    finish: `what about ${word}?`,
    new: '/new',
    link: '',
    unlink: '',
  }[deed]
  const forwardedFrom = deed === 'forward' ? 'Somebody else' : null
  await stage.say(person, text, { place, addressed: isDirect || deed !== 'chatter', forwardedFrom })
  const { context } = await base.chats.get(place)
  const thread = await base.conversations.findThread(
    'telegram',
    `${place.bot}/${place.chat}/${place.topic ?? ''}#${context}`,
  )
  if (deed === 'finish') {
    const task = (await stage.tasks()).findLast((one) => one.inputText.includes(word))
    if (task?.status === 'pending') await stage.work(task.id, 'completed')
  }
  return deed === 'new' ? null : thread
}

async function sayInConsole({ base, now }: ChatStage, from: UserId, word: string): Promise<Thread | null> {
  const heard = await base.conversations.hear(
    { interface: 'console', chat: `${from}/c#0`, externalId: word, author: from, text: word, raw: {} },
    now(),
  )
  return base.conversations.thread(heard.threadId)
}

async function changeLink({ base }: ChatStage, one: UserId, other: UserId, deed: 'link' | 'unlink'): Promise<void> {
  if (deed === 'unlink') return void (await base.identities.unlink(one))
  const offered = await offerLink(base, one)
  await takeLink(base, offered.code, other)
}

type Played = Awaited<ReturnType<typeof play>>

/** Throws where a pack holds what it must not. Returns how many words were told at all. */
async function judge({ stage, traces, threads }: Played, conversations: ConversationStore): Promise<number> {
  const { base } = stage
  const deps = { ...base, conversations, lookUp: async () => [] }
  let told = 0
  for (const thread of threads)
    for (const author of PEOPLE.map(userOf)) {
      const query = { thread, author, words: '', before: null, now: stage.now() }
      const { text } = buildContextPack(await gatherContext(deps, query), BUDGET)
      const person = await base.identities.personOf(author)
      for (const word of new Set(text.match(/word\d+x/g))) {
        const trace = traces.find((one) => one.word === word)
        assert.ok(trace !== undefined, `${word} was never said`)
        told += 1
        if (trace.thread === thread.id) continue
        // Remembered on purpose: in the same chat whatever its context, or by the same person.
        assert.notEqual(trace.kind, 'words', `${word} of ${trace.thread} is told in ${thread.id} (${thread.chat})`)
        if (trace.kind === 'words') continue
        const isTheirs = trace.scope === 'person' && (await base.identities.personOf(trace.from)) === person
        const isOpen = thread.direct || trace.kind === 'rule'
        assert.ok(
          (isTheirs && isOpen) || trace.scope === chatScope(thread),
          `the ${trace.kind} ${word} of ${trace.from} is told to ${author} in ${thread.chat}`,
        )
      }
    }
  return told
}

test('no pack ever holds a foreign message, fact or rule', async () => {
  let told = 0
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 5, maxLength: 40 }), async (steps) => {
      const played = await play(steps)
      told += await judge(played, played.stage.base.conversations)
    }),
    { numRuns: 60 },
  )
  assert.ok(told > 500, `only ${told} words were told at all`)
})

test('a planted leak is found', async () => {
  const step = (who: number, where: Step['where']): Step => ({ who, bot: 0, where, deed: 'say' })
  const played = await play([step(0, 'direct'), step(1, 'direct'), step(0, 'topic-1')])
  const { conversations } = played.stage.base
  const leaky: ConversationStore = {
    ...conversations,
    messages: async (_thread, query) =>
      (await Promise.all(played.threads.map(({ id }) => conversations.messages(id, query)))).flat(),
  }
  await assert.rejects(judge(played, leaky), /is told in/)
  await judge(played, conversations)
})
