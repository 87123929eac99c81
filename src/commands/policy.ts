// `factotum policy …`: what the policy says of a command and why, the policy itself, and what another one would have said.
import { createInterface } from 'node:readline'
import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import { createBashReader } from '../adapters/shell/bash-reader.ts'
import { table } from '../adapters/terminal/table.ts'
import { oneLine, visible } from '../adapters/terminal/visible.ts'
import { differences, pastActs } from '../core/policy/dry-run.ts'
import type { Difference, PastAct } from '../core/policy/dry-run.ts'
import { explainAct } from '../core/policy/explain.ts'
import type { Explanation } from '../core/policy/explain.ts'
import { policyRules } from '../core/policy/policy-rules.ts'
import { readLog } from '../core/task/read-log.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import { PLACES_OF_WORK } from '../core/vocabulary/policy.ts'
import type { Act, Policy, WorkPlace } from '../core/vocabulary/policy.ts'
import { messageOf } from '../core/vocabulary/thrown.ts'
import { policyPath, readPolicy, readPolicyAt } from '../processes/policy-file.ts'
import type { Platform } from '../processes/platform.ts'
import { callerDirectory, CommandError, createOutput, EXIT, ownConfig, withPlatform } from './command.ts'
import type { ExitCode, Output } from './command.ts'

const DAY_MS = 86_400_000
const PAGE = 100
const LONGEST_CELL = 90

export function policyCommand(exit: (code: ExitCode) => void): Command {
  const policy = new Command('policy').description('what happens by itself, what is asked about, what never happens')
  const where = () => new Option('--where <place>', 'where it would run').choices(PLACES_OF_WORK).default('host')

  policy
    .command('explain')
    .description('what the policy says of a command, and why; nothing is run')
    .argument('[command]', 'the command line, as one argument')
    .addOption(where())
    .option('--json', 'one JSON object {classes, verdict, rule, why, hosts, paths, people, commands}')
    .option(
      '--stdin',
      'one JSON object {id, command, where?} a line in, one {id, classes, verdict, rule, why} a line out',
    )
    .action(async (command: string | undefined, options: { where: WorkPlace; json?: true; stdin?: true }) => {
      if ((command === undefined) !== (options.stdin === true))
        throw new CommandError('Give one command, or --stdin.', EXIT.usage)
      const output = createOutput()
      const rules = await readPolicy(ownConfig().dataDir)
      const explain = explainer(rules)
      if (command === undefined) return explainLines(output, explain, options.where)
      const explanation = explain(command, options.where)
      if (options.json) output.json({ ...wire(explanation), ...details(explanation) })
      else output.line(explanationText(explanation))
    })

  policy
    .command('show')
    .description('the policy in force: the rules in the order in which they are asked, the hosts, the ages of secrets')
    .option('--json', 'one JSON object {digest, file, rules, egress, secrets}')
    .action(async (options: { json?: true }) => {
      const output = createOutput()
      const { dataDir } = ownConfig()
      const file = await readPolicyAt(policyPath(dataDir))
      const rules = await readPolicy(dataDir)
      const shown = { ...policyRules(rules), file: file === null ? null : policyPath(dataDir) }
      if (options.json) output.json(shown)
      else output.line(policyText(rules, shown.file))
    })

  policy
    .command('check')
    .description('whether a policy file can be read: the one in force, or this one')
    .argument('[file]', 'another policy file')
    .option('--json', 'one JSON object {ok, file, problem}')
    .action(async (file: string | undefined, options: { json?: true }) => {
      const output = createOutput()
      const path = file === undefined ? policyPath(ownConfig().dataDir) : resolve(callerDirectory(), file)
      const found = await checked(path, file !== undefined)
      if (options.json) output.json(found)
      else
        output.line(
          found.problem ??
            `${path} is a policy${found.rules === null ? ': the built-in one, there is no file' : ` with ${found.rules} rules`}.`,
        )
      exit(found.ok ? EXIT.ok : EXIT.failed)
    })

  policy
    .command('dry-run')
    .description('what a policy would have said of what tasks did: only where it differs from the policy in force')
    .option('--policy <file>', 'the policy to try; unless said, the built-in one')
    .option('--since <time>', 'how far back, e.g. 12h or 30d', parseSince, 30 * DAY_MS)
    .option('--json', 'one JSON object {acts, differences}')
    .action(async (options: { policy?: string; since: number; json?: true }) => {
      const output = createOutput()
      const tried = await triedPolicy(options.policy)
      await withPlatform(output, async (platform) => {
        const inForce = await readPolicy(platform.config.dataDir)
        const acts = await actsSince(platform, new Date(Date.now() - options.since))
        const found = differences(
          acts,
          inForce,
          { ...tried, ...(inForce.guarded === undefined ? {} : { guarded: inForce.guarded }) },
          createBashReader(),
        )
        if (options.json) output.json({ acts: acts.length, differences: found.map(differenceToJson) })
        else
          output.line(
            found.length === 0
              ? `Nothing differs: ${acts.length} acts were looked at.`
              : differencesText(found, acts.length),
          )
      })
    })

  return policy
}

type Explain = (command: string, where: WorkPlace) => Explanation

function explainer(policy: Policy): Explain {
  const shell = createBashReader()
  const by = { userId: OWNER, role: 'owner' as const }
  return (command, where) =>
    explainAct(
      policy,
      { tool: 'shell', where, by, bot: null, command, paths: [], hosts: [], tokens: null, at: new Date() },
      shell,
    )
}

const question = z.object({
  id: z.union([z.string(), z.number(), z.null()]).default(null),
  command: z.string(),
  where: z.enum(PLACES_OF_WORK).optional(),
})

/** One answer for each line, in order. A line that is no question is answered too, and the next ones go on. */
async function explainLines(output: Output, explain: Explain, where: WorkPlace): Promise<void> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() !== '') output.json(answerOf(line, explain, where))
  }
}

function answerOf(line: string, explain: Explain, where: WorkPlace): object {
  let asked: unknown = null
  try {
    asked = JSON.parse(line)
    const read = question.safeParse(asked)
    if (!read.success) return { id: idOf(asked), error: 'A line is one JSON object {id, command, where?}.' }
    return { id: read.data.id, ...wire(explain(read.data.command, read.data.where ?? where)) }
  } catch (error) {
    return { id: idOf(asked), error: asked === null ? 'This line is no JSON.' : messageOf(error) }
  }
}

function idOf(asked: unknown): string | number | null {
  const read = z.object({ id: z.union([z.string(), z.number()]) }).safeParse(asked)
  return read.success ? read.data.id : null
}

function wire({ classes, verdict, rule, why }: Explanation) {
  return { classes, verdict, rule, why }
}

function details({ hosts, paths, people, commands }: Explanation) {
  return { hosts, paths, people, commands }
}

function explanationText({ verdict, rule, why, classes, people, hosts, commands }: Explanation): string {
  const head = [
    `${verdict}  ${why}`,
    `rule     ${rule}${people === 2 ? ' (two people have to say yes)' : ''}`,
    `classes  ${classes.join(', ')}`,
    ...(hosts.length > 0 ? [`hosts    ${hosts.map(shown).join(', ')}`] : []),
  ]
  const rows = commands.map((one) => [one.verdict, one.classes.join(','), shown(one.text), one.does, one.rule])
  return [...head, ...(rows.length > 0 ? ['', table(rows)] : [])].join('\n')
}

function shown(text: string): string {
  const line = oneLine(visible(text))
  return line.length > LONGEST_CELL ? `${line.slice(0, LONGEST_CELL - 1)}…` : line
}

function policyText(policy: Policy, file: string | null): string {
  const { rules, egress, secrets } = policyRules(policy)
  return [
    `${file ?? 'built-in, there is no file'}  (${policy.digest.slice(0, 12)})`,
    '',
    table(rules.map(({ id, verdict, origin, why }) => [verdict, origin, id, why])),
    '',
    `hosts    ${egress.map(({ host }) => host).join(', ')}`,
    `secrets  due after ${secrets.warn_days} days, overdue after ${secrets.max_days}: then ${secrets.at_max}`,
  ].join('\n')
}

type Checked = {
  readonly ok: boolean
  readonly file: string
  readonly rules: number | null
  readonly problem: string | null
}

async function checked(file: string, mustExist: boolean): Promise<Checked> {
  try {
    const policy = await readPolicyAt(file)
    if (policy === null && mustExist) return { ok: false, file, rules: null, problem: `${file} is not there.` }
    return { ok: true, file, rules: policy?.rules.length ?? null, problem: null }
  } catch (error) {
    return { ok: false, file, rules: null, problem: messageOf(error) }
  }
}

async function triedPolicy(file: string | undefined): Promise<Policy> {
  const { defaultPolicy } = await import('../core/policy/default-policy.ts')
  if (file === undefined) return defaultPolicy()
  const path = resolve(callerDirectory(), file)
  const policy = await readPolicyAt(path)
  if (policy === null) throw new CommandError(`${path} is not there.`, EXIT.usage)
  return policy
}

async function actsSince(platform: Platform, since: Date): Promise<readonly PastAct[]> {
  const acts: PastAct[] = []
  for (let cursor: string | null = null; ;) {
    const page = await platform.store.list({ userId: null, statuses: null, limit: PAGE, cursor })
    for (const task of page.items) {
      if (task.createdAt < since) return acts
      const role: Act['by']['role'] = task.userId === OWNER ? 'owner' : 'member'
      acts.push(...pastActs(await readLog(platform.store, task.id), { userId: task.userId, role }))
    }
    if (page.nextCursor === null) return acts
    cursor = page.nextCursor
  }
}

function differencesText(found: readonly Difference[], acts: number): string {
  const rows = found.map(({ taskId, act, before, after }) => [
    taskId.slice(0, 8),
    act.tool,
    `${before.verdict} -> ${after.verdict}`,
    `${before.rule} -> ${after.rule}`,
    shown(act.command ?? act.paths.join(' ')),
  ])
  return [table(rows), '', `${found.length} of ${acts} acts would have come out differently.`].join('\n')
}

function differenceToJson({ taskId, act, before, after }: Difference): object {
  const said = ({ verdict, rule, why, people }: Difference['before']) => ({ verdict, rule, why, people })
  return {
    task_id: taskId,
    at: act.at,
    tool: act.tool,
    command: act.command,
    paths: act.paths,
    before: said(before),
    after: said(after),
  }
}

function parseSince(value: string): number {
  const match = /^(\d{1,5})([hd])$/.exec(value)
  if (match === null) throw new InvalidArgumentError('A time such as 12h or 30d.')
  return Number(match[1]) * (match[2] === 'h' ? 3_600_000 : DAY_MS)
}
