// Policy: which acts happen by themselves, which a person is asked about, and which never happen.
import type { UserId } from './ids.ts'
import type { Principal } from './principal.ts'

export const COMMAND_CLASSES = ['read', 'write', 'network', 'install', 'privileged', 'destructive', 'unknown'] as const
/** What a command does, at the worst. A line of several commands is of all their classes. */
export type CommandClass = (typeof COMMAND_CLASSES)[number]

export const VERDICTS = ['allow', 'ask', 'deny'] as const
export type Verdict = (typeof VERDICTS)[number]

/** `sandbox`: isolated, in a workspace whose every step can be undone. `host`: with the platform's own rights. */
export const PLACES_OF_WORK = ['sandbox', 'host'] as const
export type WorkPlace = (typeof PLACES_OF_WORK)[number]

/** What is about to happen. What is not known of it is null or empty, and matches no rule that asks for it. */
export type Act = {
  /** An agent's tool (`shell`, `serve`, `write`, …), or `run` (a command as a person typed it), `egress`, `secret`. */
  readonly tool: string
  /** The tool says of itself that it works on the files of its task alone. Absent: nothing is known of it but its name. */
  readonly inside?: boolean
  readonly where: WorkPlace
  readonly by: { readonly userId: UserId; readonly role: Principal['role'] }
  readonly bot: string | null
  readonly command: string | null
  /** Relative to the workspace, or absolute. */
  readonly paths: readonly string[]
  /** `name` or `name:port`. */
  readonly hosts: readonly string[]
  /** What it may cost, in tokens. */
  readonly tokens: number | null
  readonly at: Date
}

/** Every condition that is there must hold; a list holds when one of it does. `*` in a text stands for anything. */
export type RuleCondition = {
  readonly role?: readonly Principal['role'][]
  readonly user?: readonly string[]
  readonly tool?: readonly string[]
  readonly class?: readonly CommandClass[]
  readonly command?: readonly string[]
  readonly path?: readonly string[]
  readonly host?: readonly string[]
  readonly bot?: readonly string[]
  readonly where?: readonly WorkPlace[]
  /** More than so many tokens. */
  readonly tokens_over?: number
  /** UTC; `from` after `to` spans midnight. */
  readonly time?: { readonly from: string; readonly to: string; readonly days?: readonly Weekday[] }
}
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type Weekday = (typeof WEEKDAYS)[number]

export type Rule = {
  readonly id: string
  readonly verdict: Verdict
  /** One sentence for whoever is asked or refused. */
  readonly why: string
  readonly when: RuleCondition
  /** How many different people have to say yes, where the verdict is `ask`. */
  readonly people?: 1 | 2
}

/** A host that work in a sandbox reaches without a question. `*.example.org` is every name below example.org, not itself. */
export type EgressRule = {
  readonly host: string
  /** 443 and 80 where nothing is said. */
  readonly ports?: readonly number[]
  /** The operator says that this name leads into their own network: private addresses are let through, metadata services never. */
  readonly private?: boolean
}

/** As it is in force: the operator's rules, then ours. The first rule that matches decides; hard denials come before all. */
export type Policy = {
  readonly version: 1
  readonly rules: readonly Rule[]
  readonly egress: readonly EgressRule[]
  readonly secrets: SecretPolicy
  /** Absolute paths of the platform's own: no command on the host may name them. */
  readonly guarded?: readonly string[]
  /** Tells one state of the file from another. */
  readonly digest: string
}

export type SecretPolicy = {
  readonly warnDays: number
  readonly maxDays: number
  /** What becomes of the use of a secret that is older than `maxDays`. */
  readonly atMax: 'refuse' | 'ask' | 'warn'
}

export type PolicyDecision = {
  readonly verdict: Verdict
  /** The id of the rule that decided. */
  readonly rule: string
  readonly why: string
  /** Empty for what is no command. */
  readonly classes: readonly CommandClass[]
  readonly people: 1 | 2
  /** The hosts because of which it is asked; once all of them are allowed, nothing needs to be asked. Empty otherwise. */
  readonly askedHosts: readonly string[]
}
