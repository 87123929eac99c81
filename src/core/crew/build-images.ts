// The images of a workspace, built where the operator lets an engine of the machine do it: the check that a Dockerfile works, not only reads well.
import { isDockerfile } from '../quality/dockerfile-names.ts'
import { fetchedByBuild } from '../quality/fetched-by-build.ts'
import type { ImageBuild } from '../ports/image-builder.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

const CHECK = 'image build'
const MOST_ENTRIES = 20_000
const MOST_IMAGES = 3
const TEXT_BYTES = 100_000
/** What programs say that look for a network. */
const NO_NETWORK =
  /EAI_AGAIN|ENOTFOUND|ENETUNREACH|Temporary failure (?:in name resolution|resolving)|Could not resolve|network is unreachable|no such host|Failed to establish a new connection|bad address/i

/** Of the files as they are. None where there is no Dockerfile. */
export async function buildImages(run: Run, workshop: Pick<Workshop, 'sandbox'>): Promise<readonly CheckReport[]> {
  const entries = await workshop.sandbox.list('.', MOST_ENTRIES)
  const files = 'type' in entries ? [] : entries.filter(({ type }) => type === 'file').map(({ path }) => path)
  const found = files
    .filter((path) => isDockerfile(path) && path.split('/').length <= 2)
    .toSorted((one, other) => one.length - other.length)
  if (found.length === 0) return []
  const engine = await run.images.available()
  if (engine.type === 'unavailable') return [report(CHECK, 'skipped', engine.reason)]
  const reports: CheckReport[] = []
  for (const dockerfile of found.slice(0, MOST_IMAGES)) {
    const name = found.length === 1 ? CHECK : `${CHECK} (${dockerfile})`
    const bytes = await workshop.sandbox.readFile(dockerfile, TEXT_BYTES)
    const fetched = bytes instanceof Uint8Array ? fetchedByBuild(new TextDecoder().decode(bytes)) : null
    if (fetched === null || fetched.problem !== null) {
      reports.push(report(name, 'skipped', fetched?.problem ?? 'The Dockerfile is too long to be read.'))
      continue
    }
    const context = dockerfile.includes('/') ? dockerfile.slice(0, dockerfile.lastIndexOf('/')) : '.'
    const built = await run.images.build(run.task.id, { dockerfile, context, images: fetched.images }, run.signal)
    run.signal.throwIfAborted()
    reports.push(reportOf(name, engine.name, built))
  }
  return reports
}

function reportOf(name: string, engine: string, built: ImageBuild): CheckReport {
  const { type, reason, exitCode, durationMs, output } = built
  const isOffline = type === 'failed' && NO_NETWORK.test(output)
  const status = type === 'built' ? 'passed' : type === 'refused' || isOffline ? 'skipped' : 'failed'
  return {
    ...report(name, status, isOffline ? 'It needs a network, which a build is not given.' : reason),
    command: `${engine.split(' ')[0]} build`,
    exit_code: exitCode,
    duration_ms: Math.round(durationMs),
    output,
  }
}

function report(check: string, status: CheckReport['status'], reason: string | null): CheckReport {
  return {
    check,
    kind: 'containers',
    status,
    command: null,
    exit_code: null,
    duration_ms: 0,
    output: '',
    reason,
    findings: [],
    more_findings: 0,
  }
}
