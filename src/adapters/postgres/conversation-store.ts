// Threads and messages in PostgreSQL. What people say is written by hear.ts and accept.ts, what a task says by commit.ts.
import { v7 } from 'uuid'
import type { Message } from '../../core/vocabulary/message.ts'
import type {
  ConversationStore,
  MessageQuery,
  MessageWithArtifacts,
  ThreadPage,
  ThreadSummary,
} from '../../core/ports/conversation-store.ts'
import { ARTIFACT_JSON, rowToArtifact } from './artifact-rows.ts'
import type { ArtifactJson } from './artifact-rows.ts'
import { createGroupCommit } from './group-commit.ts'
import { hearAll } from './hear.ts'
import type { Heard } from './hear.ts'
import { MESSAGE_COLUMNS, rowToMessage, rowToThread, THREAD_COLUMNS } from './message-rows.ts'
import type { MessageRow, ThreadRow } from './message-rows.ts'
import { DatabaseFailure } from './pool.ts'
import type { Database, Statement } from './pool.ts'
import { isUuid } from './rows.ts'
import { storableJson, storableText } from './storable-text.ts'
import { filterOfUsers } from './user-filter.ts'
import { bumped } from './thread-time.ts'

const LANES = 2
const MAX_BATCH = 250

const FIND_THREAD: Statement = {
  name: 'find_thread',
  text: `select ${THREAD_COLUMNS} from threads h where h.interface = $1 and h.chat = $2`,
}
const GET_THREAD: Statement = { name: 'get_thread', text: `select ${THREAD_COLUMNS} from threads h where h.id = $1` }

// A cursor is where the page before ended: the time in milliseconds and the id of its last thread.
const THREADS: Statement = {
  name: 'threads',
  replanned: true,
  text: `
select ${THREAD_COLUMNS}, (extract(epoch from h.last_at) * 1000)::bigint::text as last_ms, l.*
from (
  select h.* from threads h
  where ($1::text is null or h.started_by = $1) and ($5::text[] is null or h.started_by = any ($5))
    and ($2::timestamptz is null or (h.last_at, h.id) < ($2::timestamptz, $3::uuid)
      or not exists (select from threads c where c.id = $3))
  order by h.last_at desc, h.id desc limit $4
) h
left join lateral (
  select to_json(s) as last_message from (
    select ${MESSAGE_COLUMNS} from messages m where m.thread_id = h.id order by m.created_at desc, m.id desc limit 1
  ) s
) l on true
order by h.last_at desc, h.id desc`,
}

// One round trip, and one walk along the index of the thread, or of what is told of it, from its end.
function messagesWhere(name: string, told: string, before: boolean): Statement {
  const page = `
  select ${MESSAGE_COLUMNS} from messages m
  where m.thread_id = $1${told}${before ? ' and (m.created_at, m.id) < (b.created_at, b.id)' : ''}
  order by m.created_at desc, m.id desc limit $2`
  const from = before
    ? `(select created_at, id from messages where id = $3) b cross join lateral (${page}) m`
    : `(${page}) m`
  return {
    name,
    text: `
select m.*, a.artifacts
from ${from}
left join lateral (
  select json_agg(${ARTIFACT_JSON} order by a.created_at, a.id) as artifacts from artifacts a where a.message_id = m.id
) a on true
order by m.created_at, m.id`,
  }
}
const TOLD = ' and m.in_context'
const MESSAGES = messagesWhere('messages', '', false)
const MESSAGES_BEFORE = messagesWhere('messages_before', '', true)
const MESSAGES_TOLD = messagesWhere('messages_told', TOLD, false)
const MESSAGES_TOLD_BEFORE = messagesWhere('messages_told_before', TOLD, true)

const GET_MESSAGE: Statement = {
  name: 'get_message',
  text: `select ${MESSAGE_COLUMNS} from messages m where m.id = $1`,
}
const FIND_MESSAGE: Statement = {
  name: 'find_message',
  text: `select ${MESSAGE_COLUMNS} from messages m where m.interface = $1 and m.chat = $2 and m.external_id = $3`,
}
const OF_TASK: Statement = {
  name: 'message_of_task',
  text: `
select ${MESSAGE_COLUMNS} from messages m where m.task_id = $1 and m.role = 'user' order by m.created_at, m.id limit 1`,
}
// What a person said is never replaced, whatever it is called.
const SAY: Statement = {
  name: 'say',
  text: `
with said as (
  insert into messages as m (
    id, thread_id, role, body, task_id, in_context, created_at, interface, chat, external_id, raw
  )
  select $2::uuid, h.id, 'assistant', $4::text, $6::uuid, $7::boolean, $8::timestamptz, h.interface, h.chat, $3::text, $5::json
  from threads h where h.id = $1
  on conflict (interface, chat, external_id) do update set body = excluded.body, raw = excluded.raw
  where m.role = 'assistant'
  returning m.thread_id, m.created_at
), ${bumped('said', 'true')}
select 1`,
}

type WithArtifacts = MessageRow & { readonly artifacts: readonly ArtifactJson[] | null }
type SummaryRow = ThreadRow & {
  readonly last_ms: string
  readonly last_message: (Omit<MessageRow, 'created_at'> & { readonly created_at: string }) | null
}

export function createPostgresConversationStore({ database }: { readonly database: Database }): ConversationStore {
  const hear = createGroupCommit<Heard, Message>({
    write: (batch) => hearAll(database, batch),
    keyOf: ({ message }) => JSON.stringify([message.interface, message.chat, message.externalId]),
    lanes: LANES,
    maxBatch: MAX_BATCH,
    isInputsFault: (error) => error instanceof DatabaseFailure && error.refused,
  })
  const oneMessage = async (statement: Statement, values: readonly unknown[]) => {
    const [row] = await database.run<MessageRow>(statement, values)
    return row === undefined ? null : rowToMessage(row)
  }
  const oneThread = async (statement: Statement, values: readonly unknown[]) => {
    const [row] = await database.run<ThreadRow>(statement, values)
    return row === undefined ? null : rowToThread(row)
  }

  return {
    findThread: (name, chat) => oneThread(FIND_THREAD, [name, storableText(chat)]),
    thread: async (threadId) => (isUuid(threadId) ? oneThread(GET_THREAD, [threadId]) : null),
    threads: ({ startedBy, limit, cursor }) => threads(database, filterOfUsers(startedBy), Math.max(1, limit), cursor),
    messages: async (threadId, query) => {
      if (!isUuid(threadId) || (query.before !== null && !isUuid(query.before))) return []
      const values = [threadId, Math.max(0, query.limit), ...(query.before === null ? [] : [query.before])]
      return (await database.run<WithArtifacts>(statementFor(query), values)).map(rowToMessageWithArtifacts)
    },
    message: async (messageId) => (isUuid(messageId) ? oneMessage(GET_MESSAGE, [messageId]) : null),
    hear: (message, at) => hear({ message, at }),
    say: async (threadId, message) => {
      if (!isUuid(threadId)) return
      await database.run(SAY, [
        threadId,
        v7(),
        storableText(message.externalId),
        storableText(message.text),
        storableJson(message.raw),
        message.taskId,
        message.inContext,
        message.at.toISOString(),
      ])
    },
    findMessage: (name, chat, externalId) =>
      oneMessage(FIND_MESSAGE, [name, storableText(chat), storableText(externalId)]),
    ofTask: async (taskId) => (isUuid(taskId) ? oneMessage(OF_TASK, [taskId]) : null),
  }
}

function statementFor({ inContext, before }: MessageQuery): Statement {
  if (inContext) return before === null ? MESSAGES_TOLD : MESSAGES_TOLD_BEFORE
  return before === null ? MESSAGES : MESSAGES_BEFORE
}

const CURSOR = /^(\d{1,15})_([0-9a-f-]{36})$/i

async function threads(
  database: Database,
  [one, several]: ReturnType<typeof filterOfUsers>,
  limit: number,
  cursor: string | null,
): Promise<ThreadPage> {
  const [, ms, id] = CURSOR.exec(cursor ?? '') ?? []
  const from = ms === undefined || id === undefined || !isUuid(id) ? null : { at: new Date(Number(ms)), id }
  const at = from === null ? null : from.at.toISOString()
  const rows = await database.run<SummaryRow>(THREADS, [one, at, from?.id ?? null, limit + 1, several])
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(rowToSummary),
    nextCursor: rows.length > limit && last !== undefined ? `${last.last_ms}_${last.id}` : null,
  }
}

function rowToSummary({ last_message: last, ...row }: SummaryRow): ThreadSummary {
  const lastMessage = last === null ? null : rowToMessage({ ...last, created_at: new Date(last.created_at) })
  return { ...rowToThread(row), lastMessage }
}

function rowToMessageWithArtifacts({ artifacts, ...row }: WithArtifacts): MessageWithArtifacts {
  const found = (artifacts ?? []).map((artifact) =>
    rowToArtifact({ ...artifact, created_at: new Date(artifact.created_at) }),
  )
  return { ...rowToMessage(row), artifacts: found }
}
