// Finished work on its way to its repository: commits made on a fresh clone in a sandbox that no agent ever saw, pushed, perhaps with a pull request.
import { egressVerdict } from '../policy/egress-verdict.ts'
import { egressRuleFor } from '../policy/match.ts'
import type { Sandbox } from '../ports/sandbox.ts'
import { approvalDigest } from '../task/accept-request.ts'
import { deliveryTerms } from '../task/accept-delivery.ts'
import { seriesOf } from '../task/delivery-series.ts'
import type { Series } from '../task/delivery-series.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { repositoryOf } from '../vocabulary/code-host.ts'
import { targetText } from '../vocabulary/egress.ts'
import type { DeliveryOrder, TaskResult } from '../vocabulary/task.ts'
import {
  COMMIT_PARTS,
  commitIn,
  conflictsIn,
  NOT_APPLIED,
  patchesOf,
  secretsAdded,
  writeParts,
} from './commit-series.ts'
import type { PatchedPart } from './commit-series.ts'
import { createTaskEgress } from './egress.ts'
import { tokenOf, withRemote } from './git-remote.ts'
import type { Remote } from './git-remote.ts'
import { resultOf } from './result.ts'
import type { Run } from './run.ts'

const ABOUT = { agent: 'platform' } as const
const PARTS = 'parts'
const NOT_APPROVED = 'What would be sent is not what was approved, so nothing was sent. Ask for it again.'

type Base = {
  /** The commit that the work goes on top of; null where the repository has none yet. */
  readonly head: string | null
  readonly branch: string | null
}
type Pushed = { readonly tip: string; readonly commits: number; readonly existed: boolean }

/**
 * Cut off anywhere, it comes to the same: the same commits are made on the same base, and a branch that is there with them is the one
 * that was pushed. Throws TaskFailure where nothing was sent, and says why.
 */
export async function runDelivery(run: Run, order: DeliveryOrder): Promise<TaskResult> {
  const { source } = run.task
  const series = source.type === 'task' ? await seriesOf(run.gather.store, source.task_id) : null
  if (series === null) throw new TaskFailure('The work is not there any more.')
  refuseOther(run, order, series)
  const { base, pushed } = await push(run, order, series)
  const words = [
    `Pushed ${pushed.commits === 1 ? '1 commit' : `${pushed.commits} commits`} to the branch ${order.branch} of ${order.url}.`,
  ]
  if (order.pull_request) words.push(await openPullRequest(run, order, series, base))
  return resultOf(run, { summary: words.join('\n'), changed_files: series.task.result?.changed_files ?? [] })
}

/** The yes was to this series, this order and this person, or it is none. */
function refuseOther(run: Run, order: DeliveryOrder, series: Series): void {
  const yes = run.answers.of('delivery').findLast(({ status }) => status === 'approved')
  const { kind, subject, binding } = deliveryTerms(series, order, run.task.userId)
  if (yes === undefined || yes.digest !== approvalDigest(run.ids, kind, subject, binding))
    throw new TaskFailure(NOT_APPROVED)
}

async function push(
  run: Run,
  order: DeliveryOrder,
  series: Series,
): Promise<{ readonly base: Base; readonly pushed: Pushed }> {
  const { journal } = run
  if (journal.has('delivery/base') && journal.has('delivery/push')) {
    const none = async () => ({ output: {} as never })
    const base = await journal.step<Base>('delivery/base', { ...ABOUT, title: 'Look at the repository' }, none)
    return { base, pushed: await journal.step<Pushed>('delivery/push', { ...ABOUT, title: 'Push' }, none) }
  }
  const parts = await patchesOf(run, series, series.task.result?.summary ?? null)
  if (parts.length === 0) throw new TaskFailure('There is nothing to send: the work changes nothing.')
  const secrets = await secretsAdded(run, parts)
  if (secrets.length > 0)
    throw new TaskFailure(
      `What looks like a secret stands in it, so nothing was sent: ${secrets.slice(0, 10).join(', ')}.`,
    )
  await run.workspaces.prepare(run.task.id, { type: 'empty' })
  const egress = await createTaskEgress(run, run.isReplay)
  const sandbox = await run.sandboxes.open(run.task.id, run.limits.sandbox, egress)
  try {
    return await withRemote(run, { sandbox, egress, url: order.url, agreed: true }, async (remote) => {
      const base = await journal.step('delivery/base', { ...ABOUT, title: 'Look at the repository' }, async () => ({
        output: await lookAt(remote, order),
      }))
      await fetchBase(remote, base)
      const tip = await commitOn(run, { sandbox, remote, base, parts })
      const pushed = await journal.step('delivery/push', { ...ABOUT, title: `Push to ${order.branch}` }, async () => {
        const existed = await pushTo(remote, order, base, tip)
        return { output: { tip, commits: parts.length, existed } }
      })
      return { base, pushed }
    })
  } finally {
    egress.close()
    await sandbox.close()
    await run.workspaces.remove(run.task.id)
  }
}

async function lookAt(remote: Remote, { base }: DeliveryOrder): Promise<Base> {
  const result = await remote.script(LOOK, { REF: base === null ? 'HEAD' : `refs/heads/${base}` })
  if (result.exitCode !== 0) throw remote.failure(result)
  const refs = refsIn(result.stdout)
  const branch = base ?? /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(result.stdout)?.[1] ?? null
  if (refs.size === 0) return { head: null, branch }
  const head = refs.get(base === null ? 'HEAD' : `refs/heads/${base}`)
  if (head === undefined) throw new TaskFailure(`${remote.url} has no branch ${branch ?? ''} to go on from.`)
  return { head, branch }
}

function refsIn(stdout: string): ReadonlyMap<string, string> {
  return new Map(
    stdout.split('\n').flatMap((line) => {
      const [, commit, name] = /^([0-9a-f]{40}|[0-9a-f]{64})\t(\S+)$/.exec(line) ?? []
      return commit === undefined || name === undefined ? [] : [[name, commit] as const]
    }),
  )
}

async function fetchBase(remote: Remote, base: Base): Promise<void> {
  const result = await remote.script(CLONE, { BASE: base.head ?? '', FROM: base.branch ?? '' })
  if (result.exitCode !== 0) throw remote.failure(result)
}

type OnBase = {
  readonly sandbox: Sandbox
  readonly remote: Remote
  readonly base: Base
  readonly parts: readonly PatchedPart[]
}

async function commitOn(run: Run, { sandbox, remote, base, parts }: OnBase): Promise<string> {
  await writeParts(sandbox, PARTS, parts)
  const result = await remote.script(
    `set -eu\nexport GIT_DIR=/workspace/clone.git PARTS=/workspace/${PARTS}\n${COMMIT_PARTS}`,
    {
      COUNT: String(parts.length),
      BASE: base.head ?? '',
    },
  )
  if (result.exitCode === NOT_APPLIED) {
    const files = conflictsIn(result)
    run.telemetry.log('info', 'A delivery does not apply', { task_id: run.task.id, files: files.length })
    const named = files.length === 0 ? '' : ` It does not fit: ${files.join(', ')}.`
    throw new TaskFailure(
      `${remote.url} has changed since the work began, so nothing was sent.${named} Start a task from it as it is now.`,
    )
  }
  if (result.exitCode !== 0) throw remote.failure(result)
  return commitIn(result.stdout.trim().split('\n').at(-1) ?? '')
}

/** True where the branch was there already, with exactly these commits. */
async function pushTo(remote: Remote, { branch, base }: DeliveryOrder, from: Base, tip: string): Promise<boolean> {
  const isBase = branch === (base ?? from.branch)
  const looked = await remote.script(LOOK, { REF: `refs/heads/${branch}` })
  if (looked.exitCode !== 0) throw remote.failure(looked)
  const there = refsIn(looked.stdout).get(`refs/heads/${branch}`)
  if (there === tip) return true
  if (there !== undefined && !isBase)
    throw new TaskFailure(
      `${remote.url} has a branch ${branch} already, with other work in it. Nothing was sent: name another.`,
    )
  if (there !== undefined && there !== from.head)
    throw new TaskFailure(`The branch ${branch} of ${remote.url} moved on meanwhile, so nothing was sent.`)
  // Only what was looked at is replaced: a branch that came between is left as it is.
  const result = await remote.script(PUSH, { TIP: tip, BRANCH: branch, EXPECTED: there ?? '' })
  if (result.exitCode === 0) return false
  if (/\[(?:remote )?rejected\]/.test(result.stderr + result.stdout)) {
    const why = /\[(?:remote )?rejected\][^\n]*\(([^)\n]{1,200})\)/.exec(result.stderr + result.stdout)?.[1] ?? ''
    throw new TaskFailure(
      `${remote.url} did not take the branch ${branch}${why === '' ? '' : ` (${why.replace(/[^\x20-\x7e]/g, '?')})`}.`,
    )
  }
  throw remote.failure(result)
}

/** What is said of it. That the work was pushed stands, whatever becomes of this. */
async function openPullRequest(run: Run, order: DeliveryOrder, series: Series, base: Base): Promise<string> {
  const done = await run.journal.step(
    'delivery/pull-request',
    { ...ABOUT, title: 'Open a pull request' },
    async () => ({
      output: { said: await pullRequest(run, order, series, base) },
    }),
  )
  return done.said
}

async function pullRequest(run: Run, order: DeliveryOrder, series: Series, base: Base): Promise<string> {
  const no = (why: string): string => `No pull request was opened: ${why}`
  const host = run.codeHosts.find((candidate) => candidate.matches(order.url))
  if (host === undefined) {
    const named = repositoryOf(order.url)
    const name = named.type === 'repository' ? named.place.host : order.url
    return no(
      `what kind of place ${name} is, is not known here. An operator says it with CODE_HOSTS, such as ${name}=gitea.`,
    )
  }
  if (base.branch === null) return no('the repository has no branch that it could come into.')
  const api = host.apiOf(order.url)
  const { policy, by, bot } = run.rules
  const verdict = egressVerdict(policy, api, { by, bot, at: run.clock.now() })
  if (verdict.type === 'deny')
    return no(`${targetText(api)} may not be reached: ${verdict.why} (Rule ${verdict.rule}.)`)
  const place = { origin: `https://${api.host}`, host: api.host, port: api.port, path: '' }
  const isSecure = repositoryOf(order.url)
  const secret = tokenOf(place, await run.secretsFor(run.task.userId))
  const secure = isSecure.type === 'repository' && isSecure.place.origin.startsWith('https:')
  if (secret !== null && !secure) return no('tokens are never sent without TLS: use the https address.')
  // The yes to the delivery was to this, too.
  const token = secret === null ? null : await secret.value({ asked: true })
  const wanted = {
    url: order.url,
    branch: order.branch,
    base: base.branch,
    title: order.title,
    body: bodyOf(series),
    token,
    allowPrivate: egressRuleFor(policy.egress, api)?.private ?? false,
  }
  const opened = await host.openPullRequest(wanted, run.signal)
  run.signal.throwIfAborted()
  if (secret !== null && token !== null)
    run.writer.note({ type: 'secret.used', data: { name: secret.name, host: api.host } })
  if (opened.type === 'refused') return no(opened.problem)
  return `Pull request ${opened.request.number}${opened.existed ? ' (it was open already)' : ''}: ${opened.request.url}`
}

/** What a model wrote stands as plain text: it mentions nobody, closes nothing and shows no pictures. */
function bodyOf({ task, parts }: Series): string {
  const passed = (task.result?.checks ?? [])
    .filter(({ status }) => status === 'passed')
    .map(({ check }) => `- ${check}`)
  const words = [
    task.result?.summary ?? '',
    ...(parts.length > 1 ? ['', ...parts.filter(({ from, to }) => from !== to).map(({ title }) => `- ${title}`)] : []),
    ...(passed.length > 0 ? ['', 'Passed:', ...passed] : []),
  ]
    .join('\n')
    .slice(0, 9_000)
  const fence = '`'.repeat(Math.max(3, ...(words.match(/`+/g) ?? []).map(({ length }) => length + 1)))
  return [`${fence}text`, words, fence, '', `Factotum-Task: ${task.id}`].join('\n')
}

/** REF. A repository has more branches than can be read. */
const LOOK = `
set -eu
git ls-remote --symref "$URL" HEAD "$REF"
`

/** BASE, FROM. By its name where the branch is still at that commit: not every host gives out commits by their own names. */
const CLONE = `
set -eu
find . -mindepth 1 -delete
git init -q --bare -b main clone.git
export GIT_DIR=/workspace/clone.git
git remote add origin "$URL"
if [ -z "$BASE" ]; then exit 0; fi
fetch() { git fetch -q --no-tags --no-recurse-submodules --depth=1 --filter=blob:none origin "$1"; }
if [ -n "$FROM" ]; then fetch "+refs/heads/$FROM:refs/remotes/origin/$FROM"; fi
if ! GIT_NO_LAZY_FETCH=1 git cat-file -e "$BASE^{tree}" 2>/dev/null; then fetch "$BASE"; fi
`

/** TIP, BRANCH, EXPECTED: what the branch is at, empty where there is none. */
const PUSH = `
set -eu
export GIT_DIR=/workspace/clone.git
git push -q --no-verify --no-follow-tags --force-with-lease="refs/heads/$BRANCH:$EXPECTED" origin "$TIP:refs/heads/$BRANCH"
`
