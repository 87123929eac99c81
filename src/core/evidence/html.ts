// A report as one page that needs nothing beside itself: no scripts, its style and its pictures inside. Texts of others stay texts.
import { limitSentence } from '../vocabulary/limit.ts'
import { escape, facts, list, mono, section, table } from './html-parts.ts'
import { checksHtml, diffHtml, healingHtml, milderTestsHtml } from './html-checks.ts'
import { planSvg, timeBar } from './html-pictures.ts'
import { REPORT_POLICY, REPORT_STYLE } from './html-style.ts'
import { screenshotsHtml } from './html-screenshots.ts'
import type { Report } from './report.ts'
import {
  approvalWords,
  authorWords,
  count,
  howToVerify,
  oneLine,
  plural,
  readable,
  seconds,
  size,
  statusWords,
  verdict,
  when,
} from './words.ts'

const FILES = 500

/** Deterministic: the same report is the same page. */
export function reportToHtml(report: Report): string {
  const title = oneLine(report.request, 140) || 'A task'
  const sections = [
    screenshotsHtml(report),
    requestHtml(report),
    planHtml(report),
    checksHtml(report),
    milderTestsHtml(report),
    healingHtml(report),
    workHtml(report),
    provenanceHtml(report),
    decisionsHtml(report),
    costHtml(report),
    limitsHtml(report),
    filesHtml(report),
    diffHtml(report),
  ].filter((part) => part !== null)
  const links = sections.map(({ id, title: name }) => `<a href="#${id}">${escape(name)}</a>`).join('')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${REPORT_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${escape(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<header>
<div class="brand"><b>Factotum</b><span>Report</span><span class="pill ${statusTone(report)}">${escape(statusWords(report.status))}</span></div>
<h1>${escape(title)}</h1>
<p class="by"><span>${escape(when(report.createdAt))}</span><span>for ${escape(oneLine(report.person, 80))}</span><span>by ${escape(report.interface)}</span><span>${escape(report.taskId)}</span></p>
${notes(report)}
${report.summary === '' || report.summary === report.error ? '' : `<p class="lead">${escape(readable(report.summary).slice(0, 4_000))}</p>`}
${tiles(report)}
<nav aria-label="Parts of the report">${links}</nav>
</header>
${sections.map((part) => part.html).join('\n')}
<footer>${escape(`Put together by the platform from the task's own log, as it stood at ${when(report.at)}. Nothing in it is a model's word for itself: checks were run, files compared and costs counted by the platform.`)}</footer>
</main>
</body>
</html>
`
}

function statusTone({ status }: Report): string {
  if (status === 'completed') return 'good'
  return status === 'failed' || status === 'aborted' ? 'bad' : 'wait'
}

function notes(report: Report): string {
  const said = report.met.map((met) => limitSentence(met))
  return [
    ...(report.error === null ? [] : [`<p class="note bad">${escape(readable(report.error).slice(0, 3_000))}</p>`]),
    ...said.filter((line) => line !== report.error).map((line) => `<p class="note wait">${escape(line)}</p>`),
    ...(report.offline ? ['<p class="note">Made without a model, by built-in recipes.</p>'] : []),
  ].join('\n')
}

function tiles(report: Report): string {
  const { checks, files, spent, time } = report
  const passed = checks.filter((check) => check.status === 'passed').length
  const ran = checks.filter((check) => check.status !== 'skipped').length
  const failed = checks.some((check) => check.status === 'failed' && check.failed_before !== true)
  const tone = ran === 0 ? '' : failed ? 'bad' : 'good'
  const [added, gone] = [sum(files.map((it) => it.additions)), sum(files.map((it) => it.deletions))]
  const cached = spent.fromCache === 0 ? '' : `, ${spent.fromCache} cached`
  return `<dl class="tiles">
<div class="tile"><dt>Checks</dt><dd class="${tone}">${ran === 0 ? 'none' : `${passed} of ${ran}`}<small>${escape(verdict(report))}</small></dd></div>
<div class="tile"><dt>Files changed</dt><dd>${count(files.length)}<small>${count(added)} lines added, ${count(gone)} removed</small></dd></div>
<div class="tile"><dt>Time</dt><dd>${seconds(time.all)}<small>${seconds(time.waiting)} of it waiting</small></dd></div>
<div class="tile"><dt>Tokens</dt><dd>${compact(spent.inputTokens + spent.outputTokens)}<small>${plural(spent.calls, 'model call')}${cached}</small></dd></div>
</dl>`
}

function requestHtml(report: Report) {
  const { agreed, review } = report
  const rows: (readonly [string, string])[] = [
    ['Asked', `<p class="quote">${escape(readable(report.request).slice(0, 8_000))}</p>`],
    ...agreedRows(agreed),
    ['Begins with', escape(oneLine(report.source, 400))],
    ...(report.previewUrl === null ? [] : [['Preview', mono(report.previewUrl)] as const]),
    ...(review === null
      ? []
      : [
          [
            review.rounds === 1 ? 'Review' : `Review, round ${review.rounds}`,
            `${escape(oneLine(review.summary, 1_500))}${list(review.findings.map((it) => escape(oneLine(it, 500))))}`,
          ] as const,
        ]),
  ]
  return section('request', 'Request', null, `<div class="card">${facts(rows)}</div>`)
}

function agreedRows(agreed: Report['agreed']): readonly (readonly [string, string])[] {
  if (agreed === null) return []
  const { understood, plan, by } = agreed
  return [
    ['Understood', escape(oneLine(understood, 800))],
    ['To be done', escape(oneLine(plan, 800))],
    ...(by === null ? [] : [['Agreed to by', escape(oneLine(by, 80))] as const]),
  ]
}

function planHtml({ plan }: Report) {
  if (plan === null) return null
  const about = [plan.kind ?? '', plan.template === null ? '' : `from the template ${plan.template}`].filter(
    (it) => it !== '',
  )
  const acceptance = plan.subtasks.map(
    (it) =>
      `<details><summary><span class="name">${escape(oneLine(it.title, 160))}</span><span class="role">${escape(oneLine(it.role, 40))}</span>${it.branched ? '<span class="why">in a branch of its own</span>' : ''}${it.conflicts.length === 0 ? '' : `<span class="pill wait">${plural(it.conflicts.length, 'conflict')} resolved</span>`}</summary>${it.acceptance.length === 0 ? '<p class="dim">No criteria were named.</p>' : `<p class="dim">It is done when:</p>${list(it.acceptance.map((line) => escape(oneLine(line, 400))))}`}</details>`,
  )
  return section(
    'plan',
    'Plan',
    about.join(', ') || null,
    `<p>${escape(oneLine(plan.summary, 1_500))}</p><div class="card scroll" tabindex="0" role="group" aria-label="The plan as a picture">${planSvg(plan.subtasks)}</div><h3>What each had to meet</h3>${acceptance.join('')}`,
  )
}

function workHtml({ work }: Report) {
  if (work.length === 0) return null
  const rows = work.map((it) => [
    `${escape(oneLine(it.title, 120))}<br>${mono(it.step)}${it.failed === null ? '' : ` <span class="minus">${escape(oneLine(it.failed, 200))}</span>`}`,
    `<span class="role">${escape(oneLine(it.role, 40))}</span>`,
    escape(oneLine(it.models.join(', '), 100)),
    it.fromCache === 0
      ? count(it.turns)
      : `${count(it.turns)} <span class="dim">(${count(it.fromCache)} cached)</span>`,
    count(it.tools),
    count(it.inputTokens + it.outputTokens),
    seconds(it.ms),
  ])
  const heads = ['Work', 'Role', 'Model', '#Turns', '#Tools', '#Tokens', '#Time']
  return section('work', 'Who did what', null, `<div class="card">${table(heads, rows)}</div>`)
}

function provenanceHtml({ files }: Report) {
  if (files.length === 0) return null
  const rows = files.slice(0, FILES).map(({ path, change, additions, deletions, authors }) => {
    const last = authors.at(-1)
    const before = authors.slice(0, -1).map((author) => escape(oneLine(authorWords(author), 160)))
    const by = last === undefined ? '<span class="dim">not known</span>' : escape(oneLine(authorWords(last), 200))
    return [
      mono(oneLine(path, 300)),
      `${escape(change)} <span class="plus">+${count(additions)}</span> <span class="minus">−${count(deletions)}</span>`,
      `${by}${before.length === 0 ? '' : `<br><span class="dim">before: ${before.slice(-3).join('; ')}</span>`}`,
      last === undefined ? '' : mono(last.commit.slice(0, 12)),
    ]
  })
  const more = files.length - rows.length
  const rest = more === 0 ? '' : `<p class="dim">and ${plural(more, 'more file')}.</p>`
  return section(
    'provenance',
    'Where each file is from',
    plural(files.length, 'file'),
    `<div class="card">${table(['File', 'Change', 'Written by', 'Commit'], rows)}${rest}</div>`,
    true,
  )
}

function decisionsHtml(report: Report) {
  const lines = [
    ...report.approvals.map(
      ({ kind, subject, status, by, comment }) =>
        `<span class="pill ${status === 'approved' ? 'good' : status === 'pending' ? 'wait' : 'bad'}">${escape(status)}</span> ${escape(approvalWords(kind))}: ${mono(oneLine(subject, 400))}${by === null ? '' : ` <span class="dim">by ${escape(oneLine(by, 80))}</span>`}${comment === null ? '' : ` <span class="dim">“${escape(oneLine(comment, 300))}”</span>`}`,
    ),
    ...report.refusals.map(
      ({ tool, subject, rule, why }) =>
        `<span class="pill bad">refused</span> ${escape(oneLine(tool, 60))}: ${mono(oneLine(subject, 300))} <span class="dim">${escape(oneLine(why, 300))} (${escape(oneLine(rule, 80))})</span>`,
    ),
    ...report.hosts.map(
      ({ host, verdict: said, rule, connections, bytesOut, bytesIn }) =>
        `<span class="pill ${said === 'allow' ? 'good' : 'bad'}">${escape(said)}</span> ${mono(oneLine(host, 200))} <span class="dim">${plural(connections, 'connection')}, ${size(bytesOut)} out, ${size(bytesIn)} in (${escape(oneLine(rule, 80))})</span>`,
    ),
    ...report.secretsUsed.map(
      ({ name, host }) =>
        `<span class="pill">secret</span> ${mono(oneLine(name, 100))} was used at ${mono(oneLine(host, 200))}`,
    ),
    ...report.secretsFound.map(
      ({ rule, where }) =>
        `<span class="pill wait">kept back</span> Something like a secret in ${escape(oneLine(where, 200))} <span class="dim">(${escape(oneLine(rule, 80))})</span>`,
    ),
    ...report.escapes.map((detail) => `<span class="pill bad">escape</span> ${escape(oneLine(detail, 400))}`),
  ]
  const html =
    lines.length === 0
      ? '<p class="dim">Nobody was asked, nothing was refused, and nothing left the sandbox.</p>'
      : list(lines)
  return section('decisions', 'What was decided', null, `<div class="card">${html}</div>`)
}

function costHtml({ spent, time }: Report) {
  const models = spent.byModel.map((it) => [mono(it.model), count(it.calls), count(it.tokens)])
  const html = `<div class="card">${timeBar(time)}</div><div class="card">${facts([
    [
      'Model calls',
      `${count(spent.calls)}${spent.fromCache === 0 ? '' : `, ${count(spent.fromCache)} of them answered from the cache for nothing`}`,
    ],
    [
      'Tokens in',
      `${count(spent.inputTokens)} <span class="dim">(${count(spent.cachedInputTokens)} from the provider’s cache)</span>`,
    ],
    ['Tokens out', count(spent.outputTokens)],
  ])}${models.length < 2 ? '' : `<h3>By model</h3>${table(['Model', '#Calls', '#Tokens'], models)}`}</div>`
  return section('cost', 'Cost and time', null, html)
}

function limitsHtml({ limits, met }: Report) {
  if (limits.length === 0) return null
  const hit = new Set(met.map(({ limit }) => limit))
  const rows = limits.map(({ name, setting, figure }) => [
    escape(name),
    escape(figure),
    mono(setting),
    hit.has(name) ? '<span class="pill bad">was met</span>' : '<span class="dim">not met</span>',
  ])
  return section(
    'limits',
    'Limits in force',
    null,
    `<div class="card">${table(['Limit', '#Figure', 'Setting', ''], rows)}</div>`,
  )
}

function filesHtml(report: Report) {
  const { artifacts, commit } = report
  const commands = howToVerify(report)
  if (artifacts.length === 0 && commit === null) return null
  const rows = artifacts.map((it) => [
    mono(it.name),
    size(it.bytes),
    it.sha256 === null ? '' : `<code class="sha">${escape(it.sha256)}</code>`,
  ])
  const again = [
    ...(commit === null ? [] : [`<p>The files are those of commit ${mono(commit)}.</p>`]),
    ...(commands.length === 0
      ? []
      : [`<p>In their folder, the same checks:</p><pre>${escape(commands.map(readable).join('\n'))}</pre>`]),
  ].join('')
  return section(
    'files',
    'Files, and how to check all this again',
    null,
    `${rows.length === 0 ? '' : `<div class="card">${table(['File', '#Size', 'SHA-256'], rows)}</div>`}${again === '' ? '' : `<div class="card">${again}</div>`}`,
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0)
}

function compact(number: number): string {
  if (number < 10_000) return count(number)
  return number < 1_000_000 ? `${Math.round(number / 1_000)}k` : `${(number / 1_000_000).toFixed(1)}M`
}
