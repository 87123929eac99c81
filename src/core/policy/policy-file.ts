// The operator's policy file: its shape, and every mistake in it in words.
import { z } from 'zod'
import { COMMAND_CLASSES, PLACES_OF_WORK, VERDICTS, WEEKDAYS } from '../vocabulary/policy.ts'
import type { Policy } from '../vocabulary/policy.ts'
import { policyOf } from './default-policy.ts'

const MOST_RULES = 1_000
const LONGEST_TEXT = 500

const globs = z.array(z.string().min(1).max(LONGEST_TEXT)).min(1)
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:30')
const hostName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^(\*\.)?[\w.:[\]-]+$/, 'must be a name such as example.org, or *.example.org for every name below it')

const condition = z.strictObject({
  role: z
    .array(z.enum(['owner', 'member', 'guest']))
    .min(1)
    .exactOptional(),
  user: globs.exactOptional(),
  tool: globs.exactOptional(),
  class: z.array(z.enum(COMMAND_CLASSES)).min(1).exactOptional(),
  command: globs.exactOptional(),
  path: globs.exactOptional(),
  host: globs.exactOptional(),
  bot: globs.exactOptional(),
  where: z.array(z.enum(PLACES_OF_WORK)).min(1).exactOptional(),
  tokens_over: z.int().min(0).exactOptional(),
  time: z
    .strictObject({ from: timeOfDay, to: timeOfDay, days: z.array(z.enum(WEEKDAYS)).min(1).exactOptional() })
    .exactOptional(),
})

const rule = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[\w.-]+$/, 'must be made of letters, digits, dots, dashes and underscores')
    .refine(
      (id) => !/^(hard|default|egress)\./.test(id),
      'must not begin with hard., default. or egress.: those are ours',
    ),
  verdict: z.enum(VERDICTS),
  why: z.string().min(1).max(LONGEST_TEXT),
  when: condition,
  people: z.union([z.literal(1), z.literal(2)]).exactOptional(),
})

export const policyFileSchema = z
  .strictObject({
    $schema: z.string().exactOptional(),
    version: z.literal(1),
    rules: z.array(rule).max(MOST_RULES).exactOptional(),
    egress: z
      .array(
        z.strictObject({
          host: hostName,
          ports: z.array(z.int().min(1).max(65_535)).min(1).exactOptional(),
          private: z.boolean().exactOptional(),
        }),
      )
      .max(MOST_RULES)
      .exactOptional(),
    /** Only the hosts above, without those of the package indexes. */
    replace_egress: z.boolean().optional(),
    secrets: z
      .strictObject({
        warn_days: z.int().min(1).optional(),
        max_days: z.int().min(1).optional(),
        at_max: z.enum(['refuse', 'ask', 'warn']).optional(),
      })
      .optional(),
  })
  .superRefine((file, context) => {
    const seen = new Set<string>()
    for (const [index, { id, verdict, people }] of (file.rules ?? []).entries()) {
      if (seen.has(id))
        context.addIssue({ code: 'custom', path: ['rules', index, 'id'], message: `"${id}" is there twice` })
      seen.add(id)
      if (people === 2 && verdict !== 'ask')
        context.addIssue({
          code: 'custom',
          path: ['rules', index, 'people'],
          message: 'is for the verdict "ask" alone',
        })
    }
  })

export type PolicyFile = z.infer<typeof policyFileSchema>

/** The JSON Schema of the file, for editors: name it in `$schema`. */
export function policyFileDocument() {
  return { title: 'The policy file of Factotum', ...z.toJSONSchema(policyFileSchema, { io: 'input' }) }
}

export type ReadPolicyFile =
  | { readonly type: 'policy'; readonly policy: Policy }
  /** One sentence for each mistake, with the line where the text is no JSON, or the field. */
  | { readonly type: 'mistakes'; readonly mistakes: readonly string[] }

/** `digest` tells this text from every other; whoever reads the file makes it. Never throws. */
export function parsePolicyFile(text: string, digest: string): ReadPolicyFile {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    return { type: 'mistakes', mistakes: [`It is no JSON: ${error instanceof Error ? error.message : 'unreadable'}.`] }
  }
  const read = policyFileSchema.safeParse(json)
  if (!read.success) return { type: 'mistakes', mistakes: read.error.issues.map(mistakeText) }
  return { type: 'policy', policy: policyOfFile(read.data, digest) }
}

function policyOfFile(file: PolicyFile, digest: string): Policy {
  const { warn_days, max_days, at_max } = file.secrets ?? {}
  return policyOf(
    {
      rules: file.rules ?? [],
      egress: file.egress ?? [],
      replaceEgress: file.replace_egress ?? false,
      secrets: {
        ...(warn_days === undefined ? {} : { warnDays: warn_days }),
        ...(max_days === undefined ? {} : { maxDays: max_days }),
        ...(at_max === undefined ? {} : { atMax: at_max }),
      },
    },
    digest,
  )
}

function mistakeText(issue: z.core.$ZodIssue): string {
  const field = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  const at = field === '' ? 'The file' : field.replace(/^\./, '')
  if (issue.code === 'unrecognized_keys') {
    return `${at} has ${issue.keys.map((key) => `"${key}"`).join(', ')}, which nobody knows: is it misspelt?`
  }
  return `${at}: ${issue.message}.`
}
