// All that came of a conversation, as text: the same for two runs that came to the same, whatever was drawn at random in them.
import type { ConversationDeps } from '../../src/core/conversation/deps.ts'
import { shortId } from '../../src/core/conversation/status-words.ts'
import type { OutboxEntry } from '../../src/core/ports/outbox.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'

type Conversation = {
  readonly base: ConversationDeps
  readonly tasks: () => Promise<readonly Task[]>
  readonly entries: () => Promise<readonly OutboxEntry[]>
  readonly closedPreviews: ReadonlySet<TaskId>
  readonly renamed: readonly string[]
}

const NAME = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=`)[0-9a-f]{6}(?=`)/g
const DRAWN = /[aA]\d{7}(?:x{18})?|bot-\d+/g

export async function endState({ base, tasks, entries, closedPreviews, renamed }: Conversation): Promise<string> {
  const all = await tasks()
  const logs = await Promise.all(all.map(({ id }) => base.store.events(id, 0, 1_000)))
  const names = new Map<string, string>()
  for (const [index, { id, threadId }] of all.entries()) {
    names.set(id, `task-${index}`)
    names.set(shortId(id), `short-${index}`)
    if (!names.has(threadId)) names.set(threadId, `thread-${index}`)
    for (const { seq, data } of logs[index] ?? []) {
      if ('approval_id' in data && !names.has(data.approval_id)) names.set(data.approval_id, `approval-${index}-${seq}`)
      if ('artifact_id' in data) names.set(data.artifact_id, `artifact-${index}-${seq}`)
    }
  }
  const named = (text: string) => text.replaceAll(NAME, (name) => names.get(name) ?? name)
  // Which of two posts came first is nobody's concern, and what was taken away is as if it had never been.
  const posts = (await entries())
    .filter(({ posting }) => posting.type !== 'nothing')
    .map(({ key, place, lane, posting }) => ({ key: named(key), place, lane, posting }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const places = [...new Map(posts.map(({ place }) => [JSON.stringify(place), place])).values()]
  const artifacts = await Promise.all(all.map(({ id }) => base.artifacts.ofTask(id)))
  const every = { limit: 1_000, inContext: false, before: null }
  const threads = [...new Set(all.map(({ threadId }) => threadId))]
  const conversation = await Promise.all(threads.map((id) => base.conversations.messages(id, every)))
  const state = {
    posts,
    tasks: all.map(({ id, inputText, status, source, approval }) => ({ id, inputText, status, source, approval })),
    logs: logs.map((log) => log.map(({ type, data }) => ({ type, data }))),
    artifacts: artifacts.map((some) => some.map(({ kind, name, objectKey }) => ({ kind, name, objectKey }))),
    messages: conversation.map((some) =>
      some.map(({ role, text, taskId, inContext }) => [role, text, taskId, inContext]),
    ),
    cards: await Promise.all(all.map(({ id }) => base.cards.get(id))),
    chats: await Promise.all(places.map((place) => base.chats.get(place))),
    members: await base.members.list(),
    requests: await base.members.requests(base.clock.now()),
    rules: await base.standing.list(),
    paused: (await base.queue.state()).paused,
    closedPreviews: [...closedPreviews],
    renamed: [...new Set(renamed)],
  }
  return inOrder(named(JSON.stringify(state, null, 1)))
}

/** What is drawn for buttons, and the numbers of our messages, by the order in which they appear. */
function inOrder(text: string): string {
  const known = new Map<string, number>()
  return text.replaceAll(DRAWN, (name) => {
    if (!known.has(name)) known.set(name, known.size)
    return `drawn-${known.get(name)}`
  })
}
