// The policy over HTTP: which rules are in force, and what they say of a command. Nothing here changes it: that takes the file.
import { z } from 'zod'
import { explainAct } from '../../core/policy/explain.ts'
import { policyRules } from '../../core/policy/policy-rules.ts'
import { COMMAND_CLASSES, PLACES_OF_WORK, VERDICTS } from '../../core/vocabulary/policy.ts'
import type { Policy } from '../../core/vocabulary/policy.ts'
import { messageOf } from '../../core/vocabulary/thrown.ts'
import { name } from './event-schemas.ts'
import { json, operation } from './operation.ts'
import type { Caller } from './authenticate.ts'
import type { HttpDeps } from './deps.ts'
import { isProblem, problem } from './problem.ts'
import type { Problem } from './problem.ts'

const COMMAND_CHARACTERS = 100_000

const ruleSchema = name(
  'PolicyRule',
  z.object({
    id: z.string(),
    verdict: z.enum(VERDICTS),
    why: z.string(),
    when: z.record(z.string(), z.unknown()),
    people: z.union([z.literal(1), z.literal(2)]),
    origin: z.enum(['hard', 'file', 'default']),
  }),
)
const policySchema = name(
  'Policy',
  z.object({
    digest: z.string(),
    file: z.string().nullable().meta({ description: 'Where the file is, for owners; null also where there is none.' }),
    rules: z.array(ruleSchema).meta({ description: 'In the order in which they decide.' }),
    egress: z.array(
      z.object({ host: z.string(), ports: z.array(z.int()).optional(), private: z.boolean().optional() }),
    ),
    secrets: z.object({ warn_days: z.number(), max_days: z.number(), at_max: z.string() }),
  }),
)
const explanationSchema = name(
  'PolicyExplanation',
  z.object({
    classes: z.array(z.enum(COMMAND_CLASSES)),
    verdict: z.enum(VERDICTS),
    rule: z.string(),
    why: z.string(),
    people: z.union([z.literal(1), z.literal(2)]),
    hosts: z.array(z.string()),
    paths: z.array(z.string()),
    commands: z.array(
      z.object({
        text: z.string(),
        classes: z.array(z.enum(COMMAND_CLASSES)),
        does: z.string(),
        verdict: z.enum(VERDICTS),
        rule: z.string(),
        why: z.string(),
      }),
    ),
  }),
)

export const policyOperations = [
  operation({
    method: 'get',
    path: '/v1/policy',
    id: 'getPolicy',
    summary: 'The policy in force: hard denials, the rules of the operator, the defaults.',
    access: 'signed-in',
    responses: { 200: { description: 'The policy.', schema: policySchema } },
    handle: async ({ deps, caller }) => {
      const policy = await policyInForce(deps, caller)
      if (isProblem(policy)) return policy
      const file = caller.principal.role === 'owner' ? await deps.policyFile() : null
      return json({ ...policyRules(policy), file })
    },
  }),
  operation({
    method: 'post',
    path: '/v1/policy/explain',
    id: 'explainPolicy',
    summary: 'What the policy says of a command if the caller had it run, and why. Nothing is run.',
    access: 'signed-in',
    body: z.object({
      command: z.string().min(1).max(COMMAND_CHARACTERS),
      where: z.enum(PLACES_OF_WORK).default('host'),
    }),
    responses: { 200: { description: 'The verdict.', schema: explanationSchema } },
    handle: async ({ deps, caller, body: { command, where } }) => {
      const policy = await policyInForce(deps, caller)
      if (isProblem(policy)) return policy
      const { userId, role } = caller.principal
      const act = { tool: 'shell', where, by: { userId, role }, bot: null, command, paths: [], hosts: [], tokens: null }
      const { askedHosts: _, ...explained } = explainAct(policy, { ...act, at: deps.clock.now() }, deps.shell)
      return json(explained)
    },
  }),
]

/** A file with a mistake holds everything up until it is mended; where it is and what is wrong is for owners to read. */
async function policyInForce(deps: HttpDeps, { principal }: Caller): Promise<Policy | Problem> {
  try {
    return await deps.policy()
  } catch (error) {
    deps.telemetry.log('error', 'The policy can not be read', { error: messageOf(error) })
    const detail = principal.role === 'owner' ? messageOf(error) : 'An owner has to mend the policy file.'
    return problem(503, 'policy_unreadable', detail)
  }
}
