// A question in the terminal: exactly what would be done, why it is asked, and what a yes holds for. Pure.
import { mayStand } from '../../core/vocabulary/approval.ts'
import type { Approval, ApprovalBinding, ApprovalPolicy } from '../../core/vocabulary/approval.ts'
import { exact, oneLine, visible } from './visible.ts'

export type Asked = Pick<Approval, 'kind' | 'subject' | 'binding' | 'policy'> & {
  /** ISO 8601; empty where it is not known. */
  readonly expiresAt: string
}

const TREE_CHARACTERS = 10

/** What it is about, with nothing hidden or disguised in it; the words of a plan are a person's to read. */
export function subjectLines({ kind, subject }: Asked): readonly string[] {
  if (kind === 'plan') return visible(subject).split('\n')
  const { shown, lookAlikes } = exact(subject)
  return [
    ...shown.split('\n'),
    ...(shown === subject ? [] : ['(hidden or disguised characters are written as \\u… here)']),
    ...(lookAlikes.length === 0 ? [] : [`(not the plain characters that they look like: ${lookAlikes.join(' ')})`]),
  ]
}

/** By which rule it is asked and why, what a yes is bound to, and until when it can be given. */
export function termsLines({ kind, binding, policy, expiresAt }: Asked): readonly string[] {
  const until = expiresAt === '' ? '' : `asked until ${expiresAt.slice(0, 16).replace('T', ' ')} UTC`
  const bound = binding === null || kind === 'plan' ? [] : [`a yes holds for exactly this: ${boundTo(kind, binding)}`]
  const terms = [...bound, ...(until === '' ? [] : [until])].join('; ')
  return [...(policy === null ? [] : ruleLines(policy)), ...(terms === '' ? [] : [terms])]
}

/** What would not be asked about again; null where no rule may answer. `person` is whoever asked, plain. */
export function alwaysLine({ kind, policy }: Pick<Asked, 'kind' | 'policy'>, person: string): string | null {
  if (!mayStand(kind) || policy?.people === 2) return null
  const whose = `for ${oneLine(person)}`
  const there = `${whose}, in this conversation`
  return {
    shell_command: `From now on this very command runs without a question ${whose}. Anything else, if only by one character, is still asked about.`,
    tool: `From now on agents do this very thing without a question ${there}, whatever the files are then.`,
    egress: `From now on this host, and no other, is reached without a question ${there}.`,
    secret: `From now on this secret is used at this host, and at no other, without a question ${there}.`,
  }[kind]
}

function ruleLines({ why, rule, classes, people }: ApprovalPolicy): readonly string[] {
  const kinds = classes.length === 0 ? '' : ` · ${classes.join(', ')}`
  return [`${oneLine(why)} (rule ${oneLine(rule)}${kinds})`, ...(people === 2 ? ['two people have to say yes'] : [])]
}

function boundTo(kind: Approval['kind'], { where, person, tree, tokens }: ApprovalBinding): string {
  const isForTask = kind === 'egress' || kind === 'secret'
  return [
    where === 'host' ? 'on the machine itself' : 'in its sandbox',
    ...(isForTask ? ['for this task'] : ['once']),
    `for ${oneLine(person)}`,
    ...(kind === 'tests'
      ? ['exactly these changes to the tests']
      : isForTask || tree === null
        ? []
        : [`the files as of ${tree.replace(/^files:/, '').slice(0, TREE_CHARACTERS)}`]),
    // Neither a command nor a delivery asks a model.
    ...(kind === 'shell_command' || kind === 'delivery'
      ? []
      : [`at most ${tokens.toLocaleString('en-US')} tokens in all`]),
  ].join(', ')
}
