// What each role is told of a task, as one text: the context, what was agreed, what came along, the request. Pure: the words of
// prompts/*.md say what these parts mean.
import { enclose, mention, quote } from '../context/quote.ts'
import { clipToTokens } from '../context/tokens.ts'

/** A file that came with the request, and what was read from it: material, whatever it says. */
export type AttachedFile = {
  /** Where the crew finds it in the workspace; its name alone where there is no workspace. */
  readonly path: string
  readonly media_type: string
  readonly bytes: number
}
export type Reading = { readonly from: string; readonly kind: string; readonly by: string; readonly text: string }

export type TaskPack = {
  /** Of a context pack; empty where there is nothing to tell. */
  readonly context: string
  /** The rules alone, which stand in `context` too. */
  readonly rules: string
  /** What a person said OK to, word for word; null where nothing was proposed. */
  readonly proposal: string | null
  readonly attachments: readonly AttachedFile[]
  readonly readings: readonly Reading[]
  /** Parts of the request that are tasks of their own by now. */
  readonly elsewhere: readonly string[]
  readonly request: string
}

/** Of the request, for the router: what a long paste is about shows at both of its ends. */
const ROUTED_TOKENS = 3_000

/** For the router, whose pack holds no material: `<context>`, the names of attachments, `<request>` last. */
export function routerPrompt(pack: TaskPack): string {
  const names = pack.attachments.map(fileLine)
  return joined([
    contextPart(pack),
    names.length === 0 ? '' : enclose('attachments', names),
    quote('request', clipToTokens(pack.request, ROUTED_TOKENS)),
  ])
}

/** For planner, coder and assistant: everything there is, `<request>` last. */
export function fullPrompt(pack: TaskPack): string {
  return joined([contextPart(pack), ...sharedParts(pack)])
}

/** For everybody else: the rules, which hold for all, and the request. */
export function narrowPrompt(pack: TaskPack): string {
  return joined([rulesPart(pack), ...sharedParts(pack)])
}

function contextPart({ context }: TaskPack): string {
  return context === '' ? '' : enclose('context', [context])
}

function rulesPart({ rules }: TaskPack): string {
  return rules === '' ? '' : enclose('context', [rules])
}

function sharedParts(pack: TaskPack): readonly string[] {
  const { elsewhere, request } = pack
  return [
    proposalPart(pack),
    attachmentsPart(pack),
    elsewhere.length === 0 ? '' : quote('elsewhere', elsewhere.map((part) => `- ${part}`).join('\n')),
    quote('request', request),
  ]
}

function proposalPart({ proposal }: TaskPack): string {
  return proposal === null ? '' : quote('proposal', proposal)
}

function attachmentsPart({ attachments, readings }: TaskPack): string {
  if (attachments.length === 0 && readings.length === 0) return ''
  return enclose('attachments', [
    ...attachments.map(fileLine),
    ...readings.map(({ from, kind, by, text }) => quote('material', text, { from, kind, read_by: by })),
  ])
}

function fileLine({ path, media_type, bytes }: AttachedFile): string {
  return mention('file', { path, type: media_type, bytes: String(bytes) })
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n')
}
