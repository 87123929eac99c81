// Answers that are always ready, so that a script need not know of every question beside its story.
import type { LlmRequest, ScriptedTurn } from './turn.ts'

const ANALYSIS = /"fix_suggestions"[^]*"confidence_score"/

/** What a failure comes from is answered with "nothing to say", so that whoever repairs looks for themself; null for everything else. */
export function standingAnswer(request: LlmRequest): ScriptedTurn | null {
  if (!request.wantsJson && request.forcedTool === null) return null
  if (!ANALYSIS.test(JSON.stringify(request.body).replaceAll('\\"', '"'))) return null
  return {
    object: { root_causes: [], fix_suggestions: [], confidence_score: 0, estimated_complexity: 'high' },
  }
}
