// Conversations over HTTP: list them, read them, begin one, and say something in it.
import { z } from 'zod'
import type { ArtifactId, MessageId, ThreadId } from '../../core/vocabulary/ids.ts'
import type { InterfaceName, Message, Thread } from '../../core/vocabulary/message.ts'
import { chatInContext, threadChatOf } from '../../core/vocabulary/thread-chat.ts'
import type { Artifact } from '../../core/ports/artifact-store.ts'
import { isTheirs, ownIds } from './authenticate.ts'
import {
  contextSchema,
  messageSchema,
  messageToWire,
  takenSchema,
  threadPageToWire,
  threadSchema,
  threadToWire,
} from './conversation-wire.ts'
import type { HttpDeps } from './deps.ts'
import { json, operation, threadOperation } from './operation.ts'
import type { Responses } from './operation.ts'
import { invalidField, isProblem, problem } from './problem.ts'
import type { Problem } from './problem.ts'
import { limitProblem } from './request-limit.ts'
import { sayInThread } from './say-in-thread.ts'
import { TEMPLATE_NAME, templateSource } from './template-operations.ts'
import { readUpload, UPLOAD_BODIES, uploadKey } from './uploads.ts'
import { artifactSchema, artifactToWire, listOf } from './wire.ts'

const CONTEXT_WORDS = 4_000
const cursor = z.string().regex(/^[\w.~=:+/-]{1,512}$/, 'not a cursor that was given out')
const begun: Responses = { 201: { description: 'A conversation with nothing in it yet.', schema: threadSchema } }

export const threadOperations = [
  operation({
    method: 'get',
    path: '/v1/threads',
    id: 'listThreads',
    summary: "The caller's conversations (an owner's: everybody's), the newest word first.",
    access: 'tasks:read',
    query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50), cursor: cursor.optional() }),
    responses: { 200: { description: 'A page of conversations.', schema: listOf('ThreadPage', threadSchema) } },
    handle: async ({ deps, caller, query }) => {
      const startedBy = ownIds(caller.principal)
      const { limit } = query
      return json(
        threadPageToWire(await deps.conversations.threads({ startedBy, limit, cursor: query.cursor ?? null })),
      )
    },
  }),
  operation({
    method: 'post',
    path: '/v1/threads',
    id: 'beginThread',
    summary: 'Begin a conversation.',
    access: 'tasks:write',
    body: z.object({}),
    responses: begun,
    handle: async ({ deps, caller }) => {
      const { userId } = caller.principal
      const chat = threadChatOf(`${userId}/${deps.ids.next<ThreadId>()}`, 0)
      return begin(deps, caller.via === 'session' ? 'console' : 'http', chat, userId)
    },
  }),
  threadOperation({
    method: 'get',
    path: '/v1/threads/{thread_id}',
    id: 'getThread',
    summary: 'One conversation.',
    access: 'tasks:read',
    responses: { 200: { description: 'The conversation.', schema: threadSchema } },
    handle: async ({ deps, thread }) => {
      const [last] = await deps.conversations.messages(thread.id, { limit: 1, inContext: false, before: null })
      return json(threadToWire(thread, last ?? null))
    },
  }),
  threadOperation({
    method: 'get',
    path: '/v1/threads/{thread_id}/messages',
    id: 'listMessages',
    summary: 'What was said, oldest first: the newest messages, or those before `before` (`next_cursor` of a page).',
    access: 'tasks:read',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: z.uuid().optional(),
    }),
    responses: { 200: { description: 'A page of messages.', schema: listOf('MessagePage', messageSchema) } },
    handle: async ({ deps, thread, query }) => {
      const before = query.before === undefined ? null : (query.before as MessageId)
      if (before !== null && (await deps.conversations.message(before))?.threadId !== thread.id)
        return invalidField('before', 'there is no such message in this conversation')
      // One more than asked for tells whether there is another page.
      const limit = query.limit + 1
      const found = await deps.conversations.messages(thread.id, { limit, inContext: false, before })
      const page = found.slice(-query.limit)
      const items = page.map((message) => messageToWire(message, message.artifacts))
      return json({ items, next_cursor: found.length > page.length ? (page[0]?.id ?? null) : null })
    },
  }),
  threadOperation({
    method: 'post',
    path: '/v1/threads/{thread_id}/messages',
    id: 'say',
    summary:
      'Say something: a question is answered, work is proposed and waits for an OK, `yes` and `no` answer what waits, and anything ' +
      'else takes its place. `/task …` starts at once, `/run …` takes a literal command. The same `external_id` again answers with what became of it the first time.',
    access: 'tasks:write',
    body: z.object({
      text: z.string(),
      external_id: z
        .string()
        .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters')
        .nullish(),
      artifact_ids: z.array(z.uuid()).max(20).default([]),
      template: TEMPLATE_NAME.nullish().meta({ description: 'What work that comes of it begins with.' }),
    }),
    responses: {
      201: { description: 'Recorded durably.', schema: takenSchema },
      200: { description: 'What this `external_id` came to before.', schema: takenSchema },
    },
    handle: async (call) => {
      const closed = writeProblem(call.caller, call.thread)
      if (closed !== null) return closed
      const { text, external_id: externalId, artifact_ids: artifactIds, template } = call.body
      const source = await templateSource(call.deps, template ?? null)
      if (isProblem(source)) return source
      const said = { text, externalId: externalId ?? null, artifactIds: artifactIds as ArtifactId[], source }
      return sayInThread(call, said)
    },
  }),
  threadOperation({
    method: 'post',
    path: '/v1/threads/{thread_id}/artifacts',
    id: 'addThreadArtifact',
    summary:
      'Upload a file for the next message: as the body, named by `name`, or as the one file of a multipart form.',
    access: 'tasks:write',
    query: z.object({ name: z.string().max(1_000).optional() }),
    rawBody: UPLOAD_BODIES,
    responses: { 201: { description: 'Stored durably; name it in a message.', schema: artifactSchema } },
    handle: async ({ deps, config, caller, thread, request, query }) => {
      const closed = writeProblem(caller, thread)
      if (closed !== null) return closed
      const limited = await limitProblem(deps, config, caller, { startsWork: false })
      if (limited !== null) return limited
      const upload = await readUpload(request, config.limits.uploadBytes, query.name)
      if (isProblem(upload)) return upload
      const id = deps.ids.next<ArtifactId>()
      const { name, mediaType, bytes } = upload
      const artifact: Artifact = {
        id,
        taskId: null,
        messageId: null,
        kind: 'file',
        name,
        mediaType,
        bytes: bytes.byteLength,
        objectKey: uploadKey(thread.id, id),
        content: null,
        createdAt: deps.clock.now(),
      }
      await deps.objects.put(artifact.objectKey, bytes)
      await deps.artifacts.add(artifact)
      return json(artifactToWire(artifact), 201, { location: `/v1/artifacts/${id}` })
    },
  }),
  threadOperation({
    method: 'post',
    path: '/v1/threads/{thread_id}/new',
    id: 'renewThread',
    summary: 'A fresh context of the same chat: nothing that was said before is told to models there. Rules stay.',
    access: 'tasks:write',
    body: z.object({}),
    responses: begun,
    handle: async ({ deps, caller, thread }) => {
      const closed = writeProblem(caller, thread)
      if (closed !== null) return closed
      return begin(deps, thread.interface, await nextContext(deps, thread), caller.principal.userId)
    },
  }),
  threadOperation({
    method: 'get',
    path: '/v1/threads/{thread_id}/context',
    id: 'getContext',
    summary: 'What models would be told beside the words `text`, if the caller said them here now.',
    access: 'tasks:read',
    query: z.object({ text: z.string().max(CONTEXT_WORDS).default('') }),
    responses: { 200: { description: 'The context pack.', schema: contextSchema } },
    handle: async ({ deps, caller, thread, query }) => {
      const author = caller.principal.userId
      return json(await deps.contextOf({ thread, author, words: query.text, before: null, now: deps.clock.now() }))
    },
  }),
]

const HERE: ReadonlySet<InterfaceName> = new Set(['http', 'console'])

/** A conversation goes on where it is held, with whoever holds it: what is said in another's name or place would mislead both. */
function writeProblem(caller: { readonly principal: Parameters<typeof isTheirs>[0] }, thread: Thread): Problem | null {
  if (!isTheirs(caller.principal, thread))
    return problem(403, 'not_yours', 'Only the person who began this conversation says something in it.')
  if (HERE.has(thread.interface)) return null
  return problem(409, 'held_elsewhere', `This conversation is held in ${thread.interface}: go on there.`)
}

/** The order to begin afresh is the first word of every conversation, as in every other interface. */
async function begin(
  deps: HttpDeps,
  name: InterfaceName,
  chat: string,
  author: Message['author'] & string,
): Promise<Response> {
  const order = { interface: name, chat, externalId: 'new', author, text: '/new', raw: {}, inContext: false }
  const { threadId } = await deps.conversations.hear(order, deps.clock.now())
  const thread = await deps.conversations.thread(threadId)
  if (thread === null) throw new Error(`The conversation ${threadId} is gone as soon as it began`)
  return json(threadToWire(thread, null), 201, { location: `/v1/threads/${threadId}` })
}

/** The chat's first context that nobody has begun. Of calls that race, all get the same. */
async function nextContext(deps: HttpDeps, thread: Thread): Promise<string> {
  const { chat, context } = chatInContext(thread.chat)
  for (let next = (context ?? 0) + 1; ; next += 1) {
    const name = threadChatOf(chat, next)
    if ((await deps.conversations.findThread(thread.interface, name)) === null) return name
  }
}
