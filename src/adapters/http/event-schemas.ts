// The events of a task as schemas: what remote workers may send is checked against them, and contracts/ is written from them.
// The words themselves are types in core/vocabulary/event.ts; event-schemas.test.ts does not compile when the two disagree.
import { z } from 'zod'
import { APPROVAL_KINDS } from '../../core/vocabulary/approval.ts'
import { CHECK_KINDS } from '../../core/vocabulary/check.ts'
import type { JsonValue } from '../../core/vocabulary/json.ts'
import type { InterfaceName } from '../../core/vocabulary/message.ts'
import { COMMAND_CLASSES, PLACES_OF_WORK, VERDICTS } from '../../core/vocabulary/policy.ts'
import { INTENTS, TASK_TYPES } from '../../core/vocabulary/task.ts'
import { MODEL_TIERS } from '../../core/vocabulary/usage.ts'

/** Schemas that get a name of their own in the generated contracts, by name. */
export const named = new Map<string, z.ZodType>()

export function name<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  named.set(id, schema)
  return schema
}

export const INTERFACES = [
  'http',
  'console',
  'terminal',
  'telegram',
  'mcp',
  'openserv',
] as const satisfies InterfaceName[]

const id = z.string().min(1).max(200)
const instant = z.iso.datetime()
const count = z.int().min(0)
const duration = z.number().min(0)
const json: z.ZodType<JsonValue> = name('JsonValue', z.json())
/** Which roles there are is the crew's own affair. */
const agent = z.string().regex(/^[a-z][a-z0-9-]{0,59}$/)
const step = { step: z.string().min(1), agent }
const answered = { approval_id: id, by: id, comment: z.string().nullable() }

export const workspaceSourceSchema = name(
  'WorkspaceSource',
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('empty') }),
    z.object({ type: z.literal('directory'), path: z.string().startsWith('/').max(4_096) }),
    z.object({
      type: z.literal('task'),
      task_id: z.uuid(),
      commit: z
        .string()
        .regex(/^[0-9a-f]{40}$/)
        .nullable(),
    }),
    z.object({
      type: z.literal('git'),
      url: z.url({ protocol: /^https?$/ }).max(2_000),
      ref: z.string().min(1).max(250).nullable(),
      paths: z.array(z.string().min(1).max(1_000)).max(100).readonly(),
    }),
    z.object({ type: z.literal('archive'), artifact_id: z.uuid() }),
    z.object({ type: z.literal('template'), name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/) }),
  ]),
)

const usageSchema = z.object({ input_tokens: count, output_tokens: count, cached_input_tokens: count })
export const usageTotalsSchema = name(
  'UsageTotals',
  usageSchema.extend({ model_calls: count, cached_calls: count.exactOptional() }),
)

const findingSchema = name(
  'Finding',
  z.object({
    file: z.string().nullable(),
    line: z.int().min(1).nullable(),
    rule: z.string().nullable(),
    message: z.string(),
    severity: z.enum(['error', 'warning', 'note']),
  }),
)

const checkFields = {
  check: z.string(),
  status: z.enum(['passed', 'failed', 'skipped']),
  command: z.string().nullable(),
  exit_code: z.int().nullable(),
  duration_ms: duration,
  output: z.string(),
  reason: z.string().nullable(),
  kind: z.enum(CHECK_KINDS).exactOptional(),
  findings: z.array(findingSchema).readonly().exactOptional(),
  more_findings: count.exactOptional(),
  failed_before: z.boolean().exactOptional(),
}
const checkSchema = name('CheckReport', z.object(checkFields))

export const routingSchema = name(
  'Routing',
  z.object({
    intent: z.enum(INTENTS),
    task_type: z.enum(TASK_TYPES),
    confidence: z.number().min(0).max(1),
    summary: z.string(),
    plan: z.string(),
    needs_confirmation: z.boolean(),
    command: z.string().nullable(),
    ask: z.string().nullable(),
    source: workspaceSourceSchema.nullable(),
  }),
)

export const approvalBindingSchema = name(
  'ApprovalBinding',
  z.object({ where: z.enum(PLACES_OF_WORK), person: id, tree: z.string().nullable(), tokens: count }),
)
export const approvalPolicySchema = name(
  'ApprovalPolicy',
  z.object({
    rule: z.string(),
    why: z.string(),
    classes: z.array(z.enum(COMMAND_CLASSES)).readonly(),
    people: z.union([z.literal(1), z.literal(2)]),
  }),
)

export const estimateSchema = name('Estimate', z.object({ seconds: duration, tokens: duration, tasks: count }))

const answerSourceSchema = name('AnswerSource', z.object({ mark: count, title: z.string(), uri: z.string() }))

export const taskResultSchema = name(
  'TaskResult',
  z.object({
    summary: z.string(),
    answer: z.string().nullable(),
    exit_code: z.int().nullable(),
    output: z.string().nullable(),
    preview_url: z.string().nullable(),
    commit: z.string().nullable(),
    changed_files: z.array(z.string()).readonly(),
    checks: z.array(checkSchema).readonly(),
    usage: usageTotalsSchema,
    // Not there in what workers of an earlier release send.
    sources: z.array(answerSourceSchema).readonly().default([]),
    offline: z.boolean(),
  }),
)

const deliveryOrderSchema = name(
  'DeliveryOrder',
  z.object({
    url: z.url({ protocol: /^https?$/ }).max(2_000),
    branch: z.string().min(1).max(200),
    base: z.string().min(1).max(200).nullable(),
    title: z.string().min(1).max(200),
    pull_request: z.boolean(),
  }),
)

function body<Type extends string, Data extends z.ZodType>(type: Type, data: Data) {
  return z.object({ type: z.literal(type), data })
}

export const eventBodySchema = z.discriminatedUnion('type', [
  body(
    'task.created',
    z.object({
      user_id: id,
      thread_id: id,
      input_text: z.string(),
      task_type: z.enum(TASK_TYPES).nullable(),
      interface: z.enum(INTERFACES),
      source: workspaceSourceSchema,
      delivery: deliveryOrderSchema.exactOptional(),
      confirm: z.boolean().exactOptional(),
      forked_from: z.object({ task_id: id, seq: count }).exactOptional(),
      replay_of: id.exactOptional(),
    }),
  ),
  body('task.routed', routingSchema),
  body('task.split', z.object({ task_ids: z.array(id).readonly() })),
  body('task.queued', z.object({ reason: z.string() })),
  body('task.started', z.object({ worker: z.string(), sandbox_level: z.string() })),
  body('task.completed', z.object({ result: taskResultSchema })),
  body('task.failed', z.object({ error: z.string(), result: taskResultSchema.nullable() })),
  body('task.aborting', z.object({ by: id, reason: z.string() })),
  body('task.aborted', z.object({ by: id, reason: z.string() })),
  body(
    'approval.requested',
    z.object({
      approval_id: id,
      kind: z.enum(APPROVAL_KINDS),
      subject: z.string(),
      digest: z.string(),
      reason: z.string(),
      expires_at: instant,
      estimate: estimateSchema.nullable().exactOptional(),
      binding: approvalBindingSchema.exactOptional(),
      policy: approvalPolicySchema.exactOptional(),
    }),
  ),
  body('approval.seconded', z.object({ approval_id: id, by: id })),
  body(
    'approval.resolved',
    z.object({ ...answered, status: z.enum(['approved', 'rejected', 'superseded', 'expired']) }),
  ),
  body('step.started', z.object({ ...step, title: z.string() })),
  body(
    'step.progress',
    z.object({ ...step, message: z.string(), percentage: z.number().min(0).max(100).exactOptional() }),
  ),
  body(
    'step.completed',
    z.object({
      ...step,
      output: json,
      commit: z.string().nullable(),
      duration_ms: duration,
      branch: z.string().exactOptional(),
    }),
  ),
  body('step.failed', z.object({ ...step, error: z.string() })),
  body(
    'tool.started',
    z.object({
      ...step,
      call_id: z.string(),
      tool: z.string(),
      input: json,
      policy: z.object({ verdict: z.enum(VERDICTS), rule: z.string() }).exactOptional(),
      approval_id: id.exactOptional(),
    }),
  ),
  body(
    'tool.finished',
    z.object({
      ...step,
      call_id: z.string(),
      tool: z.string(),
      ok: z.boolean(),
      output: z.string(),
      duration_ms: duration,
    }),
  ),
  body('agent.message', z.object({ ...step, text: z.string(), offline: z.boolean() })),
  body('check.finished', z.object({ ...step, ...checkFields })),
  body(
    'heal.finished',
    z.object({
      ...step,
      round: count,
      by: z.enum(['rule', 'analysis', 'agent']),
      checks: z.array(z.string()).readonly(),
      causes: z.array(z.string()).readonly(),
      applied: z.array(z.string()).readonly(),
      refused: z.array(z.string()).readonly(),
      outcome: z.enum(['healed', 'better', 'same', 'worse', 'unapplied']),
      failures_before: count,
      failures_after: count,
      from: z.string(),
      rolled_back: z.boolean(),
    }),
  ),
  body(
    'branch.merged',
    z.object({ ...step, branch: z.string(), commit: z.string(), conflicts: z.array(z.string()).readonly() }),
  ),
  body(
    'preview.ready',
    z.object({ preview_id: id, url: z.string(), port: z.int().min(1).max(65_535), expires_at: instant }),
  ),
  body('preview.closed', z.object({ preview_id: id, reason: z.string() })),
  body('artifact.added', z.object({ artifact_id: id, name: z.string(), media_type: z.string(), bytes: count })),
  body(
    'usage.recorded',
    z.object({
      ...step,
      ...usageSchema.shape,
      provider: z.string(),
      model: z.string(),
      offline: z.boolean(),
      tier: z.enum(MODEL_TIERS),
      prompt: z.string().exactOptional(),
      from_cache: z.boolean().exactOptional(),
    }),
  ),
  body(
    'policy.decided',
    z.object({ verdict: z.enum(VERDICTS), rule: z.string(), why: z.string(), tool: z.string(), subject: z.string() }),
  ),
  body(
    'egress.decided',
    z.object({
      host: z.string(),
      port: z.int().min(0).max(65_535),
      verdict: z.enum(VERDICTS),
      rule: z.string(),
      connections: count,
      bytes_out: count,
      bytes_in: count,
    }),
  ),
  body('secret.used', z.object({ name: z.string(), host: z.string() })),
  body('secret.found', z.object({ rule: z.string(), where: z.string() })),
  body('sandbox.escape', z.object({ detail: z.string() })),
  body('budget.exhausted', z.object({ limit: z.string(), used: z.number(), allowed: z.number() })),
])

export type EventBodyOnTheWire = z.output<typeof eventBodySchema>
