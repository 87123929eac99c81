// A question as it is put: what it is called by its kind, what each answer does, and what a yes is bound to.
import type { WireApproval } from './wire.ts'
import { sayCount } from './time.ts'

type Question = {
  readonly title: string
  readonly yes: string
  readonly no: string
  /** What happens after a no. */
  readonly afterNo: string | null
  /** What a yes holds for. */
  readonly holds: string
  /** Words of a person, rather than an exact text. */
  readonly isProse: boolean
}

const QUESTIONS: Readonly<Record<WireApproval['kind'], Question>> = {
  plan: {
    title: 'Is this what you want?',
    yes: 'OK',
    no: 'Cancel',
    afterNo: null,
    holds: 'Or say what should be different: that takes its place.',
    isProse: true,
  },
  shell_command: {
    title: 'Run this command?',
    yes: 'Approve',
    no: 'Reject',
    afterNo: null,
    holds: 'Your answer holds for exactly this text.',
    isProse: false,
  },
  tool: {
    title: 'May it do this?',
    yes: 'Approve once',
    no: 'Deny',
    afterNo: 'The work goes on without it.',
    holds: 'Your yes holds once, for exactly this on exactly these files.',
    isProse: false,
  },
  egress: {
    title: 'May it reach this host?',
    yes: 'Allow for this task',
    no: 'Deny',
    afterNo: 'The host stays closed to this task, and the work goes on without it.',
    holds: 'Your yes holds for this host, until this task is over.',
    isProse: false,
  },
  secret: {
    title: 'May it send this secret?',
    yes: 'Allow for this task',
    no: 'Deny',
    afterNo: 'The secret stays where it is, and the work goes on without it.',
    holds: 'Your yes holds for this secret and host, until this task is over.',
    isProse: false,
  },
  tests: {
    title: 'May these tests go, or become milder?',
    yes: 'Accept',
    no: 'Restore them',
    afterNo: 'The tests are put back, and the work goes on against them.',
    holds: 'Your yes holds for exactly these changes to exactly these tests.',
    isProse: false,
  },
  delivery: {
    title: 'Send this?',
    yes: 'Send',
    no: 'Keep it here',
    afterNo: null,
    holds: 'Your yes holds for exactly these commits, to exactly this place.',
    isProse: false,
  },
}

/** A newer server may ask things that this console has no words for: then with the words for a command. */
export function questionOf(kind: WireApproval['kind']): Question {
  return QUESTIONS[kind] ?? QUESTIONS.tool
}

export type BoundFact = { readonly label: string; readonly value: string; readonly exact?: boolean }

/** What the answer is bound to besides the text. `asker` is named only where it is somebody else. */
export function boundFacts({ binding, policy }: WireApproval, me: string | null): readonly BoundFact[] {
  const facts: BoundFact[] = []
  if (policy != null) facts.push({ label: 'Rule', value: policy.rule, exact: true })
  if (binding == null) return facts
  facts.push({
    label: 'Where',
    value: binding.where === 'host' ? 'on the host, with its own rights' : 'in its sandbox',
  })
  if (binding.person !== me) facts.push({ label: 'For', value: binding.person, exact: true })
  if (binding.tree !== null) facts.push({ label: 'Files', value: binding.tree.slice(0, 12), exact: true })
  // What asks no model costs nothing.
  if (binding.tokens > 0)
    facts.push({ label: 'May cost', value: `at most ${sayCount(binding.tokens, 'token')} in all` })
  return facts
}

/** What an owner could have not asked about again; null where no rule may answer, or the rule is not theirs to make. */
export function alwaysRule(
  { kind, policy, binding }: WireApproval,
  me: { readonly user_id: string; readonly role: string } | null,
): string | null {
  if (me?.role !== 'owner' || policy?.people === 2 || !(kind in RULES)) return null
  const person = binding == null || binding.person === me.user_id ? 'you ask' : `${binding.person} asks`
  return RULES[kind]?.(person) ?? null
}

const RULES: Readonly<Partial<Record<WireApproval['kind'], (who: string) => string>>> = {
  shell_command: (who) =>
    `From now on this very command runs without a question whenever ${who} for it. Anything else, if only by one character, is still asked about.`,
  tool: (who) =>
    `From now on agents do this very thing without a question in work that ${who} for in this conversation, whatever the files are then.`,
  egress: (who) =>
    `From now on work that ${who} for in this conversation reaches this host, and no other, without a question.`,
  secret: (who) =>
    `From now on work that ${who} for in this conversation uses this secret at this host, and at no other, without a question.`,
}

export type Votes = {
  readonly needed: number
  readonly given: number
  /** Whoever looks at it has said yes already. */
  readonly mine: boolean
  readonly text: string
}

/** Null where one person is enough. */
export function votesOf({ policy, seconded_by: by = [] }: WireApproval, me: string | null): Votes | null {
  const needed = policy?.people ?? 1
  if (needed < 2) return null
  const mine = me !== null && by.includes(me)
  const text = `${by.length} of ${needed} said yes${by.length === 0 ? '' : `: ${by.join(', ')}`}.`
  return { needed, given: by.length, mine, text: mine ? `${text} Somebody else has to as well.` : text }
}
