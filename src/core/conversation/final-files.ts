// The files that a finished task hands over: its whole change, and texts too long for a chat.
import type { Card } from '../ports/card-store.ts'
import { evidenceKey, PICTURE_FILES, REPORT_FILE } from '../vocabulary/evidence-files.ts'
import type { Post, PostedFile } from '../vocabulary/post.ts'
import type { CardView } from './card-view.ts'
import type { ConversationDeps } from './deps.ts'
import { ANSWER_CHARACTERS, OUTPUT_CHARACTERS } from './final-content.ts'
import { plural } from './status-words.ts'
import { oneLine } from './visible.ts'

/** The crew's own: a person's file of that name comes with the request, and not as a diff. */
const PATCH = { name: 'changes.patch', mediaType: 'text/x-diff' } as const

/**
 * In the order in which they are to arrive; the first is heard: how the preview looks, the whole change, the report, long texts. Writes
 * texts to the object store; repeating changes nothing, and each stands once.
 */
export async function finalFilePosts(deps: ConversationDeps, view: CardView, card: Card): Promise<readonly Post[]> {
  const isQuiet = deps.settings.onlyAgentOutput
  const { verbosity } = await deps.chats.get(card.place)
  const [picture, patch, report, texts] = await Promise.all([
    isQuiet ? [] : pictureOf(deps, view),
    isQuiet ? [] : patchOf(deps, view),
    // Whoever wants to be told little is told how it looks, and not how it came about.
    isQuiet || (verbosity ?? deps.settings.verbosity) === 0 ? [] : reportOf(deps, view),
    stored(deps, view, longTexts(view)),
  ])
  const numbered = [...patch, ...texts].map((handed, index) => ({ ...handed, key: String(index + 1) }))
  const named = (handed: readonly Handed[]) => handed.map((one) => ({ ...one, key: one.file.name }))
  const [first, rest] = [numbered.slice(0, patch.length), numbered.slice(patch.length)]
  return [...named(picture), ...first, ...named(report), ...rest].map(({ file, caption, key }, index) => ({
    key: `files:${view.taskId}/${key}`,
    place: card.place,
    lane: 'final',
    posting: { type: 'file', file, caption, replyTo: card.request, silent: index > 0 },
  }))
}

const CAPTION_CHARACTERS = 300

type Handed = { readonly file: PostedFile; readonly caption: string }
type LongText = { readonly name: string; readonly mediaType: string; readonly caption: string; readonly text: string }

async function pictureOf(deps: ConversationDeps, view: CardView): Promise<readonly Handed[]> {
  for (const name of PICTURE_FILES) {
    const file = await evidenceFile(deps, view, name)
    if (file !== null) return [{ file, caption: oneLine(view.result?.summary ?? '', CAPTION_CHARACTERS) }]
  }
  return []
}

async function reportOf(deps: ConversationDeps, view: CardView): Promise<readonly Handed[]> {
  const file = await evidenceFile(deps, view, REPORT_FILE)
  return file === null ? [] : [{ file, caption: 'The report: what was done, checked and spent' }]
}

/** Only the crew's own: a person may have sent a file of that name along. */
async function evidenceFile(deps: ConversationDeps, view: CardView, name: string): Promise<PostedFile | null> {
  for (const found of view.files.filter((file) => file.name === name)) {
    const artifact = await deps.artifacts.get(found.id)
    if (artifact === null || artifact.objectKey !== evidenceKey(view.taskId, name)) continue
    const { objectKey, mediaType, bytes } = artifact
    return { objectKey, name, mediaType, bytes }
  }
  return null
}

async function patchOf(deps: ConversationDeps, view: CardView): Promise<readonly Handed[]> {
  const found = view.files.find((file) => file.name === PATCH.name && file.mediaType === PATCH.mediaType)
  const artifact = found === undefined ? null : await deps.artifacts.get(found.id)
  if (artifact === null) return []
  const { objectKey, name, mediaType, bytes } = artifact
  const changed = view.result?.changed_files.length ?? 0
  const caption = changed === 0 ? 'The whole change' : `The whole change: ${plural(changed, 'file')}`
  return [{ file: { objectKey, name, mediaType, bytes }, caption }]
}

function longTexts({ result, status }: CardView): readonly LongText[] {
  const answer = result?.answer ?? ''
  const output = result?.output ?? ''
  const failing = (result?.checks ?? []).filter((check) => status === 'failed' && check.status === 'failed')
  const log = failing.map((check) => `${check.check}\n${check.output}`).join('\n\n')
  return [
    {
      name: 'answer.md',
      mediaType: 'text/markdown',
      caption: 'The whole answer',
      text: answer,
      over: ANSWER_CHARACTERS,
    },
    { name: 'output.txt', mediaType: 'text/plain', caption: 'The output', text: output, over: OUTPUT_CHARACTERS },
    {
      name: 'failed-checks.txt',
      mediaType: 'text/plain',
      caption: 'What the failed checks printed',
      text: log,
      over: OUTPUT_CHARACTERS,
    },
  ].filter(({ text, over }) => text.length > over)
}

function stored(deps: ConversationDeps, view: CardView, texts: readonly LongText[]): Promise<readonly Handed[]> {
  return Promise.all(
    texts.map(async ({ name, mediaType, caption, text }) => {
      const bytes = new TextEncoder().encode(text)
      const objectKey = `artifacts/${view.taskId}/${name}`
      await deps.objects.put(objectKey, bytes)
      return { file: { objectKey, name, mediaType, bytes: bytes.length }, caption }
    }),
  )
}
