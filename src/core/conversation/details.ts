// Everything there is to tell about a task, for somebody who asks: what was asked, planned, done, checked and spent.
import type { Task } from '../vocabulary/task.ts'
import { placeKey } from '../vocabulary/place.ts'
import type { MessageRef, Place } from '../vocabulary/place.ts'
import type { Post } from '../vocabulary/post.ts'
import type { ConversationDeps } from './deps.ts'
import { escapeMarkdown } from './markdown.ts'

/** What to put for it, as the task now is. Reads only; asking again at the same message replaces what was said there. */
export async function detailsPosts(
  deps: ConversationDeps,
  task: Task,
  place: Place,
  replyTo: MessageRef | null,
): Promise<readonly Post[]> {
  const now = (await deps.store.get(task.id)) ?? task
  const markdown = `**${now.status}**\n\n${escapeMarkdown(now.inputText)}`
  return [
    {
      key: `details:${task.id}/${placeKey(place)}/${replyTo ?? ''}`,
      place,
      lane: 'reply',
      posting: {
        type: 'message',
        content: { markdown, folds: [], buttons: [] },
        replyTo,
        silent: true,
        wantsReply: false,
        pinned: false,
      },
    },
  ]
}
