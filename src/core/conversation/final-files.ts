// The files that a finished task hands over: its whole change, and texts too long for a chat.
import type { Card } from '../ports/card-store.ts'
import type { Post, PostedFile } from '../vocabulary/post.ts'
import type { CardView } from './card-view.ts'
import type { ConversationDeps } from './deps.ts'
import { ANSWER_CHARACTERS, OUTPUT_CHARACTERS } from './final-content.ts'
import { plural } from './status-words.ts'

/** The crew's own: a person's file of that name comes with the request, and not as a diff. */
const PATCH = { name: 'changes.patch', mediaType: 'text/x-diff' } as const

/** In the order in which they are to arrive; the first is heard. Writes texts to the object store; repeating changes nothing. */
export async function finalFilePosts(deps: ConversationDeps, view: CardView, card: Card): Promise<readonly Post[]> {
  const texts = longTexts(view)
  const files = [
    ...(deps.settings.onlyAgentOutput ? [] : await patchOf(deps, view)),
    ...(await stored(deps, view, texts)),
  ]
  return files.map(({ file, caption }, index) => ({
    key: `files:${view.taskId}/${index + 1}`,
    place: card.place,
    lane: 'final',
    posting: { type: 'file', file, caption, replyTo: card.request, silent: index > 0 },
  }))
}

type Handed = { readonly file: PostedFile; readonly caption: string }
type LongText = { readonly name: string; readonly mediaType: string; readonly caption: string; readonly text: string }

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
