// What the step `evidence` leaves in the log: all that a report needs and the log would not say otherwise.
import type { JsonValue } from '../vocabulary/json.ts'
import type { WorkLimit } from '../vocabulary/limit.ts'
import type { FileProvenance, Report, ReportedFile, Screenshot } from './report.ts'

export const EVIDENCE_STEP = 'evidence'
/** Where the patch is found in the log. */
export const DIFF_STEP = 'diff'

export type RecordedEvidence = {
  readonly files: readonly FileProvenance[]
  readonly screenshots: readonly Omit<Screenshot, 'png'>[]
  readonly no_screenshots: string | null
  readonly page_errors: readonly string[]
  readonly artifacts: readonly ReportedFile[]
  /** In their units, as they were in force. */
  readonly limits: Readonly<Partial<Record<WorkLimit, number>>>
}

export const NO_EVIDENCE: RecordedEvidence = {
  files: [],
  screenshots: [],
  no_screenshots: 'The work is not over yet.',
  page_errors: [],
  artifacts: [],
  limits: {},
}

/** What stands in the log under the step; null where that is something else. */
export function readEvidence(output: JsonValue | undefined): RecordedEvidence | null {
  if (typeof output !== 'object' || output === null || !('artifacts' in output) || !('files' in output)) return null
  // Only we write under this key, and what older versions lack is empty.
  return { ...NO_EVIDENCE, ...(output as Partial<RecordedEvidence>) }
}

/** The same, as the report has it. */
export function evidenceParts(
  evidence: RecordedEvidence,
  png: (name: string) => Uint8Array | null,
): Pick<Report, 'files' | 'screenshots' | 'noScreenshots' | 'pageErrors' | 'artifacts'> {
  return {
    files: evidence.files,
    screenshots: evidence.screenshots.map((shot) => ({ ...shot, png: png(shot.name) })),
    noScreenshots: evidence.screenshots.length > 0 ? null : evidence.no_screenshots,
    pageErrors: evidence.page_errors,
    artifacts: evidence.artifacts,
  }
}
