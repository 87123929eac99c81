// The audit log over HTTP: pages of it, all of it, and whether it is as it was written.
import { z } from 'zod'
import { readEntry } from '../../core/audit/read-entry.ts'
import { verifyAudit } from '../../core/audit/verify.ts'
import { AUDIT_ACTIONS } from '../../core/vocabulary/audit.ts'
import type { SealedEntry } from '../../core/vocabulary/audit.ts'
import type { TaskId, UserId } from '../../core/vocabulary/ids.ts'
import { name } from './event-schemas.ts'
import { json, operation } from './operation.ts'
import { listOf } from './wire.ts'

const NDJSON = 'application/x-ndjson'
/** Lines of an export that are sent together. */
const TOGETHER = 100
const LARGEST = Number.MAX_SAFE_INTEGER

const entrySchema = name(
  'AuditEntry',
  z.object({
    seq: z.int(),
    at: z.string(),
    actor: z.string(),
    action: z.string(),
    task_id: z.string().nullable(),
    subject: z.string(),
    data: z.record(z.string(), z.unknown()),
    hash: z.string(),
  }),
)
const reportSchema = name(
  'AuditReport',
  z.object({
    ok: z.boolean(),
    entries: z.int(),
    head: z.object({ seq: z.int(), hash: z.string() }),
    problems: z.array(z.object({ seq: z.int(), problem: z.string() })),
    more_problems: z.int(),
    warnings: z.array(z.string()),
    anchored: z.object({ seq: z.int(), at: z.string() }).nullable(),
  }),
)
const sealedSchema = name(
  'SealedEntry',
  z.object({ seq: z.int(), entry: z.string(), previous: z.string(), hash: z.string() }),
)

export const auditOperations = [
  operation({
    method: 'get',
    path: '/v1/audit',
    id: 'listAudit',
    summary: 'Who did what, newest first. `next_cursor` is the `before` of the next page.',
    access: 'admin',
    query: z.object({
      actor: z.string().min(1).max(500).optional(),
      task_id: z.uuid().optional(),
      action: z.enum(AUDIT_ACTIONS).optional(),
      before: z.coerce.number().int().min(1).max(LARGEST).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    responses: { 200: { description: 'A page of entries.', schema: listOf('AuditPage', entrySchema) } },
    handle: async ({ deps, query }) => {
      const found = await deps.audit.list({
        actor: query.actor === undefined ? null : (query.actor as UserId),
        taskId: query.task_id === undefined ? null : (query.task_id.toLowerCase() as TaskId),
        action: query.action ?? null,
        before: query.before ?? null,
        limit: query.limit + 1,
      })
      const items = found.slice(0, query.limit).map((sealed) => ({
        seq: sealed.seq,
        ...readEntry(sealed),
        hash: sealed.hash,
      }))
      return json({ items, next_cursor: found.length > query.limit ? String(items.at(-1)?.seq) : null })
    },
  }),
  operation({
    method: 'get',
    path: '/v1/audit/verify',
    id: 'verifyAudit',
    summary: 'Whether any entry was edited, removed, put in or moved.',
    access: 'admin',
    responses: { 200: { description: 'What was found.', schema: reportSchema } },
    handle: async ({ deps: { audit, auditAnchor, ids, clock } }) => {
      const deps = { digest: ids.digest, now: clock.now() }
      const { moreProblems, anchored, ...report } = await verifyAudit(deps, audit.read(0), auditAnchor.read())
      return json({
        ...report,
        more_problems: moreProblems,
        anchored: anchored === null ? null : { seq: anchored.seq, at: anchored.at.toISOString() },
      })
    },
  }),
  operation({
    method: 'get',
    path: '/v1/audit/export',
    id: 'exportAudit',
    summary: 'All entries exactly as they were sealed, one JSON object a line, ascending.',
    access: 'admin',
    query: z.object({ after: z.coerce.number().int().min(0).max(LARGEST).default(0) }),
    responses: { 200: { description: 'One entry a line.', schema: sealedSchema, mediaType: NDJSON } },
    handle: async ({ deps, query }) => {
      const entries = deps.audit.read(query.after)[Symbol.asyncIterator]()
      // Asked for before the answer begins: what fails then can still be told.
      const first = await entries.next()
      return new Response(lines(first, entries), {
        headers: {
          'content-type': NDJSON,
          'content-disposition': 'attachment; filename="factotum-audit.ndjson"',
          'cache-control': 'private, no-store',
        },
      })
    },
  }),
]

/** Read as fast as it is taken; whoever goes away ends the reading. */
function lines(
  first: IteratorResult<SealedEntry>,
  entries: AsyncIterator<SealedEntry>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder()
  let next: IteratorResult<SealedEntry> | null = first
  return new ReadableStream({
    pull: async (controller) => {
      let text = ''
      for (let count = 0; count < TOGETHER; count += 1) {
        const result = next ?? (await entries.next())
        next = null
        if (result.done === true) {
          if (text !== '') controller.enqueue(encoder.encode(text))
          return controller.close()
        }
        const { seq, entry, previous, hash } = result.value
        text += `${JSON.stringify({ seq, entry, previous, hash })}\n`
      }
      controller.enqueue(encoder.encode(text))
    },
    cancel: async () => void (await entries.return?.()),
  })
}
