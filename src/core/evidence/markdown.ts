// A report as Markdown (CommonMark with GFM's tables): for people's terminals, repositories and chats. Texts of others can't change it.
import { limitSentence } from '../vocabulary/limit.ts'
import { onOneLine } from '../vocabulary/short-text.ts'
import type { Report } from './report.ts'
import {
  approvalWords,
  authorWords,
  count,
  endOf,
  howToVerify,
  milderWords,
  oneLine,
  plural,
  readable,
  seconds,
  size,
  statusWords,
  verdict,
  when,
} from './words.ts'

const OUTPUT_CHARACTERS = 3_000
const PATCH_CHARACTERS = 60_000
const FILES = 300
const FINDINGS = 50

/** Deterministic: the same report is the same text. Ends with a line feed. */
export function reportToMarkdown(report: Report): string {
  const { plan, agreed, healing, review } = report
  const parts = [
    `# ${escape(oneLine(report.request, 120)) || 'A task'}`,
    `**${statusWords(report.status)}** · ${escape(verdict(report))} · ${seconds(report.time.all)} · ${when(report.createdAt)}`,
    ...(report.error === null ? [] : [`> ${escape(oneLine(report.error, 1_500))}`]),
    ...report.met.map((met) => `> ${escape(limitSentence(met))}`),
    ...(report.offline ? ['*Made without a model, by built-in recipes.*'] : []),
    ...(report.summary === '' ? [] : [lines(report.summary, 4_000)]),
    ...(report.previewUrl === null ? [] : [`Preview: ${code(report.previewUrl)}`]),
    ...section('Request', [
      block(readable(report.request)),
      `From ${escape(oneLine(report.person, 80))} by ${escape(report.interface)}. ${escape(oneLine(report.source, 300))}.`,
    ]),
    ...section(
      'Agreed',
      agreed === null
        ? []
        : [
            `- Understood: ${escape(oneLine(agreed.understood, 600))}`,
            `- To be done: ${escape(oneLine(agreed.plan, 600))}`,
            ...(agreed.by === null ? [] : [`- OK by ${escape(oneLine(agreed.by, 80))}`]),
          ],
      '\n',
    ),
    ...section(
      'Plan',
      plan === null
        ? []
        : [
            escape(oneLine(plan.summary, 1_000)),
            table(
              ['', 'Subtask', 'Role', 'After', 'Side by side'],
              plan.subtasks.map((it) => [
                MARKS[it.state],
                `${code(it.id)} ${escape(oneLine(it.title, 120))}`,
                escape(it.role),
                it.waitsFor.map(code).join(', '),
                it.conflicts.length > 0
                  ? `merged, ${plural(it.conflicts.length, 'conflict')}`
                  : it.branched
                    ? 'merged'
                    : '',
              ]),
            ),
          ],
    ),
    ...section(
      'Checks',
      report.checks.flatMap((check) => checkParts(check)),
    ),
    ...section('Tests made milder', milderParts(report.milderTests)),
    ...section(
      'Failed before',
      report.failedBefore.map((name) => `- ${code(name)}`),
      '\n',
    ),
    ...section(
      'Healing',
      healing.map((round) => {
        const tried = [
          ...round.causes.map((it) => `because: ${it}`),
          ...round.applied,
          ...round.refused.map((it) => `not done: ${it}`),
        ]
        const said = `${round.round}. by ${round.by}: **${round.outcome}**, ${round.failures_before} → ${round.failures_after} failures${round.rolled_back ? ', rolled back' : ''}`
        return [said, ...tried.map((it) => `   - ${escape(oneLine(it, 300))}`)].join('\n')
      }),
      '\n',
    ),
    ...section(
      'Review',
      review === null
        ? []
        : [
            escape(oneLine(review.summary, 1_000)),
            review.findings.map((it) => `- ${escape(oneLine(it, 400))}`).join('\n'),
          ].filter((it) => it !== ''),
    ),
    ...section(
      'Screenshots',
      [
        ...report.screenshots.map(({ name, view, width, height }) => `- ${code(name)}: ${view}, ${width}×${height}`),
        ...(report.noScreenshots === null ? [] : [`None: ${escape(oneLine(report.noScreenshots, 300))}`]),
        ...report.pageErrors.map((it) => `- The page complained: ${escape(oneLine(it, 300))}`),
      ],
      '\n',
    ),
    ...section(
      'Who did what',
      report.work.length === 0
        ? []
        : [
            table(
              ['Work', 'Role', 'Model', 'Turns', 'Tools', 'Tokens', 'Time'],
              report.work.map((it) => [
                `${escape(oneLine(it.title, 80))} ${code(it.step)}`,
                escape(it.role),
                escape(oneLine(it.models.join(', '), 80)),
                it.fromCache === 0 ? count(it.turns) : `${count(it.turns)} (${it.fromCache} from cache)`,
                count(it.tools),
                count(it.inputTokens + it.outputTokens),
                seconds(it.ms),
              ]),
            ),
          ],
    ),
    ...section('Provenance', provenanceParts(report)),
    ...section('Decisions', decisionLines(report), '\n'),
    ...section('Cost and time', costLines(report), '\n'),
    ...section(
      'Limits',
      report.limits.map((it) => `- ${escape(it.name)}: ${escape(it.figure)} (${code(it.setting)})`),
      '\n',
    ),
    ...section(
      'Files',
      report.artifacts.length === 0
        ? []
        : [
            table(
              ['File', 'Size', 'SHA-256'],
              report.artifacts.map((it) => [code(it.name), size(it.bytes), it.sha256 === null ? '' : code(it.sha256)]),
            ),
          ],
    ),
    ...section('Verify it again', verifyParts(report)),
    ...section(
      'Diff',
      report.patch === null
        ? []
        : [
            block(readable(report.patch.text).slice(0, PATCH_CHARACTERS), 'diff'),
            ...(report.patch.truncated || report.patch.text.length > PATCH_CHARACTERS
              ? [`It goes on: all of it is in ${code('changes.patch')}.`]
              : []),
          ],
    ),
  ]
  return `${parts.join('\n\n')}\n`
}

const MARKS = { open: '○', at_work: '◐', done: '●', failed: '✕' } as const

function section(title: string, parts: readonly string[], between = '\n\n'): readonly string[] {
  return parts.length === 0 ? [] : [`## ${title}`, parts.join(between)]
}

function checkParts(check: Report['checks'][number]): readonly string[] {
  const { findings = [], more_findings: more = 0 } = check
  const before = check.failed_before === true ? ' (failed before already)' : ''
  const took = check.duration_ms > 0 ? `, ${seconds(check.duration_ms)}` : ''
  const reason = check.reason === null ? '' : `: ${escape(oneLine(check.reason, 400))}`
  const found = findings.slice(0, FINDINGS).map((it) => {
    const place = it.file === null ? '' : `${code(`${it.file}${it.line === null ? '' : `:${it.line}`}`)} `
    return `- ${place}${it.rule === null ? '' : `${code(it.rule)} `}${escape(oneLine(it.message, 300))}`
  })
  const rest = more + Math.max(0, findings.length - FINDINGS)
  const output = check.status === 'failed' ? endOf(check.output, OUTPUT_CHARACTERS) : ''
  return [
    `**${check.status}** ${code(oneLine(check.check, 80))}${before}${took}${reason}`,
    ...(found.length === 0 ? [] : [[...found, ...(rest === 0 ? [] : [`- and ${count(rest)} more`])].join('\n')]),
    ...(output === '' ? [] : [block(output)]),
  ]
}

function milderParts(milder: Report['milderTests']): readonly string[] {
  if (milder === null) return []
  const { left, more, putBack, asked } = milder
  const line = ({ file, line: at, message }: (typeof left)[number]) =>
    `${file === null ? '' : `${code(`${oneLine(file, 160)}${at === null ? '' : `:${at}`}`)} `}${escape(oneLine(message, 600))}`
  const lists = [
    left.slice(0, FINDINGS).map((it) => `- ${line(it)}`),
    putBack.slice(0, FINDINGS).map((it) => `- put back: ${line(it)}`),
    asked.map(
      ({ status, by, comment }) =>
        `- asked: ${status}${by === null ? '' : ` by ${escape(oneLine(by, 80))}`}${comment === null ? '' : ` (“${escape(oneLine(comment, 200))}”)`}`,
    ),
  ].flat()
  const rest = more + Math.max(0, left.length - FINDINGS)
  return [
    escape(milderWords(milder)),
    ...(lists.length === 0 ? [] : [lists.join('\n')]),
    ...(rest === 0 ? [] : [`and ${count(rest)} more.`]),
  ]
}

function provenanceParts(report: Report): readonly string[] {
  if (report.files.length === 0) return []
  const rows = report.files.slice(0, FILES).map((file) => {
    const last = file.authors.at(-1)
    const others = file.authors.length - 1
    return [
      code(oneLine(file.path, 160)),
      `${file.change} +${file.additions} −${file.deletions}`,
      last === undefined
        ? 'not known'
        : `${escape(oneLine(authorWords(last), 120))}${others < 1 ? '' : ` and ${plural(others, 'change')} before`}`,
      last === undefined ? '' : code(last.commit.slice(0, 12)),
    ]
  })
  const more = report.files.length - rows.length
  return [
    table(['File', 'Change', 'Written by', 'Commit'], rows),
    ...(more === 0 ? [] : [`and ${plural(more, 'more file')}.`]),
  ]
}

function decisionLines(report: Report): readonly string[] {
  return [
    ...report.approvals.map(
      ({ kind, subject, status, by, comment }) =>
        `- ${approvalWords(kind)}: ${code(oneLine(subject, 300))} → ${status}${by === null ? '' : ` by ${escape(oneLine(by, 80))}`}${comment === null ? '' : ` (“${escape(oneLine(comment, 200))}”)`}`,
    ),
    ...report.refusals.map(
      ({ tool, subject, rule, why }) =>
        `- The policy refused ${escape(tool)} ${code(oneLine(subject, 200))}: ${escape(oneLine(why, 200))} (${code(rule)})`,
    ),
    ...report.hosts.map(
      ({ host, verdict: said, rule, connections, bytesOut, bytesIn }) =>
        `- ${code(host)}: ${escape(said)} (${code(rule)}), ${plural(connections, 'connection')}, ${size(bytesOut)} out, ${size(bytesIn)} in`,
    ),
    ...report.secretsUsed.map(({ name, host }) => `- Secret ${code(name)} was used at ${code(host)}`),
    ...report.secretsFound.map(
      ({ rule, where }) =>
        `- Something like a secret was taken out of ${escape(oneLine(where, 120))} (${escape(rule)})`,
    ),
    ...report.escapes.map((detail) => `- It tried to get out of its sandbox: ${escape(oneLine(detail, 300))}`),
  ]
}

function costLines({ spent, time }: Report): readonly string[] {
  const cached = spent.fromCache === 0 ? '' : `, ${spent.fromCache} of them answered from the cache`
  return [
    `- ${plural(spent.calls, 'model call')}${cached}`,
    `- ${count(spent.inputTokens)} tokens in (${count(spent.cachedInputTokens)} cached by the provider), ${count(spent.outputTokens)} out`,
    ...spent.byModel.map((it) => `- ${code(it.model)}: ${plural(it.calls, 'call')}, ${count(it.tokens)} tokens`),
    `- ${seconds(time.all)} in all: models ${seconds(time.models)}, tools and checks ${seconds(time.tools)}, the platform ${seconds(time.platform)}, waiting ${seconds(time.waiting)}`,
  ]
}

function verifyParts(report: Report): readonly string[] {
  const commands = howToVerify(report)
  return [
    ...(report.commit === null ? [] : [`The files are those of commit ${code(report.commit)}.`]),
    ...(commands.length === 0 ? [] : ['In their folder:', block(commands.map((it) => readable(it)).join('\n'), 'sh')]),
  ]
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n')
}

function lines(text: string, limit: number): string {
  return readable(text)
    .slice(0, limit)
    .split('\n')
    .map((line) => escape(line.trim()))
    .join('\n')
    .replace(/([^\n])\n(?=[^\n])/g, '$1  \n')
}

/** Everywhere special in CommonMark or GFM, and what addresses are found by. */
const SPECIAL = /[\\`*_{}[\]<>~&$@:]/g
const LINE_START = /^(\s*)([#+\-=]|\d{1,9}(?=[.)]))/

/** On one line, whatever it was on. */
function escape(text: string): string {
  return onOneLine(readable(text))
    .replace(SPECIAL, '\\$&')
    .replace(/www(?=\.)/gi, '$&\\')
    .replace(LINE_START, (_, space: string, mark: string) =>
      /^\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`,
    )
}

function code(text: string): string {
  const line = readable(text).replace(/\s*\n\s*/g, ' ')
  if (line.trim() === '') return ''
  const fence = '`'.repeat(longestRun(line) + 1)
  const pad = /^[` ]|[` ]$/.test(line) ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

function block(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}`
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0)
}
