// Inputs for any operation of an OpenAPI document: nearly right ones, and ones that no client would send.
import { z } from 'zod'
import type { Random } from '../simulation/random.ts'

export type FuzzedOperation = {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly isOpen: boolean
  /** What it answers with where nothing is wrong. */
  readonly good: readonly number[]
  readonly query: readonly { readonly name: string; readonly schema: Schema }[]
  readonly body: Schema | null
  readonly raw: readonly string[]
}

type Schema = { readonly [key: string]: unknown }

const operationSchema = z.object({
  operationId: z.string(),
  security: z.array(z.unknown()).optional(),
  parameters: z
    .array(z.object({ name: z.string(), in: z.string(), schema: z.record(z.string(), z.unknown()) }))
    .default([]),
  requestBody: z
    .object({ content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()).optional() })) })
    .optional(),
  responses: z.record(z.string(), z.unknown()),
})
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }),
})

const JSON_TYPE = 'application/json'
const DEPTH = 6

const TEXTS: readonly [string, ...string[]] = [
  '',
  ' ',
  'yes',
  'make a page',
  '/run ls',
  '/task say hello',
  '\0',
  'a\0b',
  '\u{D800}',
  '\u{FFFF}\u{202E}gnp.exe',
  '\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}',
  "'; drop table tasks; --",
  '$(touch /tmp/pwned)`id`',
  '../../../../etc/passwd',
  '..\\..\\secrets',
  '%00',
  '__proto__',
  'constructor',
  'toString',
  '{{7*7}}${7*7}<%= 7*7 %>',
  '<script>alert(1)</script>',
  'null',
  'undefined',
  'NaN',
  '\r\nset-cookie: x=y',
  '9'.repeat(400),
  'x'.repeat(40_000),
  '01900000-0000-7000-8000-000000000000',
]
const NUMBERS: readonly [number, ...number[]] = [0, 1, -1, 0.5, 50, 1_000, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308]
const WRONG: readonly [unknown, ...unknown[]] = [
  null,
  true,
  7,
  'x',
  [],
  {},
  [[]],
  [null],
  { length: 1e9 },
  { toString: 1 },
]

export function readOperations(document: unknown): {
  readonly operations: readonly FuzzedOperation[]
  readonly schemas: Readonly<Record<string, Schema>>
} {
  const { paths, components } = documentSchema.parse(document)
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, it]): FuzzedOperation => {
      const content = it.requestBody?.content ?? {}
      return {
        id: it.operationId,
        method: method.toUpperCase(),
        path,
        isOpen: it.security === undefined,
        good: Object.keys(it.responses).map(Number).filter(Number.isInteger),
        query: it.parameters.filter((parameter) => parameter.in === 'query'),
        body: content[JSON_TYPE]?.schema ?? null,
        raw: Object.keys(content).filter((type) => type !== JSON_TYPE),
      }
    }),
  )
  return { operations, schemas: components.schemas }
}

/** A value that fits the schema for the most part; `ids` stand where an id may stand. */
export function valueFor(
  random: Random,
  schema: Schema,
  known: { readonly schemas: Readonly<Record<string, Schema>>; readonly ids: readonly [string, ...string[]] },
  depth = 0,
): unknown {
  if (depth > DEPTH || random.chance(0.06)) return hostileValue(random)
  const inner = (it: unknown) => valueFor(random, isSchema(it) ? it : {}, known, depth + 1)
  const reference = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined
  if (reference !== undefined) return inner(known.schemas[reference])
  for (const name of ['anyOf', 'oneOf']) {
    const choices = schema[name]
    if (Array.isArray(choices) && choices.length > 0) return inner(choices[random.between(0, choices.length - 1)])
  }
  if (Array.isArray(schema['enum'])) return schema['enum'][random.between(0, schema['enum'].length - 1)]
  if ('const' in schema) return schema['const']
  switch (schema['type']) {
    case 'object':
      return objectFor(random, schema, inner)
    case 'array':
      return Array.from({ length: random.pick([0, 1, 2, 30]) }, () => inner(schema['items']))
    case 'integer':
    case 'number':
      return random.pick(NUMBERS)
    case 'boolean':
      return random.chance(0.5)
    case 'null':
      return null
    case 'string':
      return schema['format'] === 'uuid' || random.chance(0.2) ? random.pick(known.ids) : random.pick(TEXTS)
    default:
      return hostileValue(random)
  }
}

function objectFor(random: Random, schema: Schema, inner: (it: unknown) => unknown): Record<string, unknown> {
  const made: Record<string, unknown> = {}
  const properties = isSchema(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  for (const [name, property] of Object.entries(properties))
    if (random.chance(required.includes(name) ? 0.96 : 0.6)) made[name] = inner(property)
  if (random.chance(0.1)) made[random.pick(TEXTS)] = hostileValue(random)
  if (random.chance(0.05))
    Object.defineProperty(made, '__proto__', { value: { role: 'owner', admin: true }, enumerable: true })
  return made
}

export function hostileValue(random: Random): unknown {
  return random.chance(0.5) ? random.pick(WRONG) : random.chance(0.5) ? random.pick(TEXTS) : random.pick(NUMBERS)
}

/** A piece of an address, percent-encoded or deliberately not. */
export function hostileSegment(random: Random): string {
  const tricks = [
    '..',
    '.',
    '%2e%2e',
    '..%2f..%2fetc%2fpasswd',
    '%00',
    '%',
    '%zz',
    '%ff%fe',
    '*',
    ';x=1',
    '0',
    '-1',
    '',
  ]
  const long = 'a'.repeat(4_000)
  return random.chance(0.7)
    ? random.pick([long, ...tricks])
    : encodeURIComponent(random.pick(TEXTS).toWellFormed()).slice(0, 6_000)
}

/** Bytes that are said to be JSON: whole, cut off, or something else. */
export function bodyText(random: Random, value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  if (random.chance(0.9)) return text
  return random.pick([
    text.slice(0, random.between(0, text.length)),
    `${text}${text}`,
    '\u{FEFF}',
    '[',
    '{"a":1,"a":2}',
    `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    'x'.repeat(1_100_000),
    '{"input_text":1e999}',
    '"__proto__"',
  ])
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
