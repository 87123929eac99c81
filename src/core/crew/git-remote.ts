// Git in a sandbox, talking to one repository and to nothing else: what it is told by its environment, and what its failures mean to a person.
import type { CommandResult, Sandbox } from '../ports/sandbox.ts'
import type { UsableSecret } from '../secrets/vault.ts'
import { TaskFailure } from '../task/task-failure.ts'
import type { RepositoryPlace } from '../vocabulary/code-host.ts'
import { repositoryOf } from '../vocabulary/code-host.ts'
import { targetText } from '../vocabulary/egress.ts'
import { matchesHost } from '../policy/match.ts'
import type { OnlyPlace, TaskEgress } from './egress.ts'
import type { Run } from './run.ts'

const GIT_MS = 10 * 60_000
const OUTPUT_BYTES = 64_000

/** Bytes go in and come out as they are, whatever the repository's own attributes say; no filter runs. */
export const PLAIN_ATTRIBUTES = '* -text -ident -filter -working-tree-encoding !eol'

export type Remote = {
  readonly url: string
  readonly place: RepositoryPlace
  /** Runs a script in the workspace that may call git on $URL. */
  readonly script: (text: string, env: Readonly<Record<string, string>>) => Promise<CommandResult>
  /** What a script's failure means, as one sentence. Throws NeedsApproval where a person may say that the token is used. */
  readonly failure: (result: CommandResult) => TaskFailure
}

type With = {
  readonly sandbox: Sandbox
  readonly egress: TaskEgress
  readonly url: string
  /** A person said yes to using the token there. */
  readonly agreed: boolean
}

/** While `work` goes on, the sandbox reaches the repository's host alone. Throws TaskFailure where it may not be reached. */
export async function withRemote<T>(run: Run, given: With, work: (remote: Remote) => Promise<T>): Promise<T> {
  const { sandbox, egress, url, agreed } = given
  const named = repositoryOf(url)
  if (named.type === 'invalid') throw new TaskFailure(named.problem)
  const { place } = named
  const target = { host: place.host, port: place.port }
  const only = egress.only(target, agreed)
  try {
    if (only.verdict.type === 'deny')
      throw new TaskFailure(
        `${targetText(target)} may not be reached: ${only.verdict.why} (Rule ${only.verdict.rule}.)`,
      )
    const token = tokenFor(place, egress)
    const address = `${place.origin}/${place.path}`
    const shared = gitEnvironment(place, token, endsInGit(url) ? `${address}.git` : address)
    return await work({
      url,
      place,
      script: async (text, env) => {
        const result = await sandbox.exec(
          { command: text, cwd: '.', env: { ...shared, ...env }, timeoutMs: GIT_MS, maxOutputBytes: OUTPUT_BYTES },
          run.signal,
        )
        run.signal.throwIfAborted()
        return result
      },
      failure: (result) => {
        egress.askForRefused()
        return new TaskFailure(gitProblem(place, result, only, token))
      },
    })
  } finally {
    only.done()
    egress.flush()
  }
}

/** The secret that is a repository's token: of those for its host the one whose name says so, else the first. */
export function tokenOf<S extends Pick<UsableSecret, 'name' | 'hosts'>>(
  place: RepositoryPlace,
  secrets: readonly S[],
): S | null {
  const fit = secrets.filter(({ hosts }) => hosts.some((host) => matchesHost(host, place.host)))
  return fit.find(({ name }) => /git|token/i.test(name)) ?? fit[0] ?? null
}

function tokenFor(place: RepositoryPlace, { secrets }: TaskEgress): TaskEgress['secrets'][number] | null {
  return place.origin.startsWith('https:') ? tokenOf(place, secrets) : null
}

/** The platform puts the token in at the host itself; asked for by git only once the host wants one. */
const HELPER = '!f() { [ "$1" = get ] && printf "username=x-access-token\\npassword=%s\\n" "$GIT_TOKEN"; }; f'

function gitEnvironment(
  { origin }: RepositoryPlace,
  token: { readonly placeholder: string } | null,
  url: string,
): Readonly<Record<string, string>> {
  const settings: readonly (readonly [string, string])[] = [
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['core.autocrlf', 'false'],
    ['core.protectNTFS', 'false'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['advice.detachedHead', 'false'],
    ['fetch.recurseSubmodules', 'false'],
    ['submodule.recurse', 'false'],
    ['protocol.allow', 'never'],
    ['protocol.https.allow', 'always'],
    ['protocol.http.allow', 'always'],
    ['http.lowSpeedLimit', '500'],
    ['http.lowSpeedTime', '60'],
    ['credential.helper', ''],
    ...(token === null ? [] : [[`credential.${origin}.helper`, HELPER] as const]),
  ]
  return {
    URL: url,
    HOME: '/tmp',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/true',
    NO_PROXY: '',
    no_proxy: '',
    ...(token === null ? {} : { GIT_TOKEN: token.placeholder }),
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  }
}

function endsInGit(url: string): boolean {
  return /\.git\/*$/.test(url.trim())
}

/** What git's failure means to a person, in one sentence or two. Pure. */
export function gitProblem(
  place: RepositoryPlace,
  { stderr, timedOut }: Pick<CommandResult, 'stderr' | 'timedOut'>,
  only: Pick<OnlyPlace, 'refused'>,
  token: { readonly name: string } | null,
): string {
  const shown = `${place.origin}/${place.path}`
  if (timedOut) return `${shown} took longer than ${GIT_MS / 60_000} minutes, so it was given up.`
  const refused = only.refused()
  if (refused !== null) return `${shown} could not be reached: ${refused}${/[.!?]$/.test(refused) ? '' : '.'}`
  if (/could not read (?:Username|Password)|Authentication failed|error: 401|terminal prompts disabled/i.test(stderr))
    return token === null
      ? needsToken(place, shown)
      : `${shown} is not there, or does not take the token ${token.name}.`
  if (/error: 403|access denied|permission|not allowed to/i.test(stderr))
    return `${shown} refuses this${token === null ? ' without a token' : ` with the token ${token.name}`}.`
  if (/not found|error: 404|does not exist|does not appear to be a git repository/i.test(stderr))
    return `There is no repository ${shown}, or it is a private one. ${tokenHint(place)}`
  if (/No space left|file too large/i.test(stderr)) return `${shown} is too large for a workspace.`
  if (/certificate|SSL|TLS/i.test(stderr))
    return `${shown} could not be reached safely: its certificate is not trusted.`
  if (
    /Could not resolve|Failed to connect|timed out|error: 5\d\d|early EOF|RPC failed|hung up|too slow|less than \d+ bytes/i.test(
      stderr,
    )
  )
    return `${shown} could not be reached, or broke off. It may work later.`
  return `${shown} could not be worked with: ${lastLine(stderr)}`
}

function needsToken(place: RepositoryPlace, shown: string): string {
  return place.origin.startsWith('https:')
    ? `${shown} is not there, or needs a token. ${tokenHint(place)}`
    : `${shown} wants a token, and tokens are never sent without TLS: use https.`
}

function tokenHint({ host }: RepositoryPlace): string {
  return `A token is added with \`factotum secret set NAME --host ${host}\`.`
}

function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/[^\x20-\x7e]/g, ' ').trim())
  return lines.findLast((line) => line !== '')?.slice(0, 300) ?? 'git said nothing.'
}
