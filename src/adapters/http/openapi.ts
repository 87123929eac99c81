// The operations as an OpenAPI 3.1 document: generated, so that it cannot say anything else than the server does.
import { z } from 'zod'
import type { JsonObject, JsonValue } from '../../core/vocabulary/json.ts'
import { eventBodySchema, name, named } from './event-schemas.ts'
import type { Operation, Responses } from './operation.ts'
import { operations } from './operations.ts'

const problemSchema = name(
  'Problem',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), problem: z.string() })).optional(),
  }),
)

const DESCRIPTION =
  'A self-hosted, autonomous software team. The operations under /v1/tasks also answer under /tasks and /v1/jobs. ' +
  'Errors are application/problem+json (RFC 9457).'

export function openApiDocument(version: string): JsonObject {
  const paths: Record<string, Record<string, JsonValue>> = {}
  for (const it of operations) {
    const entry = paths[it.path] ?? {}
    entry[it.method] = operationToJson(it)
    paths[it.path] = entry
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Factotum', version, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: components('#/components/schemas/'), securitySchemes },
  }
}

/** Every type of event with its data, as JSON Schema (draft 2020-12). */
export function eventsDocument(): JsonObject {
  const envelope = z.object({ task_id: z.string(), seq: z.int().min(1), at: z.iso.datetime() })
  const one = eventBodySchema.options.map((body) => toJson(envelope.extend(body.shape), '#/$defs/'))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: "An event of a task's log",
    oneOf: one,
    $defs: components('#/$defs/'),
  }
}

const THIS = 'this'
const securitySchemes: JsonObject = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  session: { type: 'apiKey', in: 'cookie', name: 'factotum_session' },
}

function operationToJson(it: Operation): JsonObject {
  const scoped = it.access === 'anyone' ? {} : { security: [{ bearer: [] }, { session: [] }] }
  const parameters = [...pathParameters(it.path), ...queryParameters(it.query)]
  return {
    operationId: it.id,
    summary: it.summary,
    ...(it.access === 'anyone' || it.access === 'signed-in' ? {} : { 'x-scope': it.access }),
    ...scoped,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(it),
    responses: responsesOf(it.responses),
  }
}

function pathParameters(path: string): JsonValue[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => ({
    name: match[1] ?? '',
    in: 'path',
    required: true,
    schema: match[1] === 'user_id' ? { type: 'string' } : { type: 'string', format: 'uuid' },
  }))
}

function queryParameters(query: z.ZodType | null): JsonValue[] {
  if (query === null) return []
  const { properties, required } = toJson(query, '#/components/schemas/')
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return []
  const needed = Array.isArray(required) ? required : []
  return Object.entries(properties).map(([key, schema]) => ({
    name: key,
    in: 'query',
    required: needed.includes(key),
    schema,
  }))
}

function bodyOf(it: Operation): JsonObject {
  if (it.rawBody !== undefined) {
    const content = Object.fromEntries(it.rawBody.map((type) => [type, {}]))
    return { requestBody: { required: true, content } }
  }
  if (it.body === null) return {}
  return { requestBody: { content: { 'application/json': { schema: toJson(it.body, '#/components/schemas/') } } } }
}

function responsesOf(responses: Responses): JsonObject {
  const described: Record<string, JsonValue> = {}
  for (const [status, { description, schema, mediaType }] of Object.entries(responses)) {
    if (schema !== undefined)
      described[status] = { description, content: { [mediaType ?? 'application/json']: contentOf(schema) } }
    else if (mediaType !== undefined) described[status] = { description, content: { [mediaType]: {} } }
    else described[status] = { description }
  }
  const content = { 'application/problem+json': contentOf(problemSchema) }
  return { ...described, default: { description: 'What went wrong.', content } }
}

function contentOf(schema: z.ZodType): JsonObject {
  return { schema: toJson(schema, '#/components/schemas/') }
}

function components(prefix: string): JsonObject {
  const schemas = Object.entries(toSchemas(named, prefix, 'output'))
  return plain(Object.fromEntries(schemas.map(([id, schema]) => [id, withoutIdentity(schema)])))
}

/** One schema; what has a name is referred to by it. */
function toJson(schema: z.ZodType, prefix: string): JsonObject {
  for (const [id, known] of named) if (known === schema) return { $ref: prefix + id }
  const it = toSchemas(new Map([...named, [THIS, schema]]), prefix, 'input')[THIS]
  return plain(withoutIdentity(it ?? {}))
}

function toSchemas(schemas: ReadonlyMap<string, z.ZodType>, prefix: string, io: 'input' | 'output') {
  const registry = z.registry<{ readonly id: string }>()
  for (const [id, schema] of schemas) registry.add(schema, { id })
  return z.toJSONSchema(registry, { uri: (id) => prefix + id, io, override: loosen, unrepresentable: 'any' }).schemas
}

type Overridden = { readonly jsonSchema: Record<string, unknown> }

/** Readers must bear fields that come later, and need no pattern where a format says it. */
function loosen({ jsonSchema }: Overridden): void {
  if (jsonSchema['additionalProperties'] === false) delete jsonSchema['additionalProperties']
  if ('format' in jsonSchema) delete jsonSchema['pattern']
  delete jsonSchema['readOnly']
}

function withoutIdentity(schema: object): object {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'))
}

function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value))
}
