// The one answer to a pressed button.
import { badRequest } from '../world/api-error.ts'
import { flagParam, textParam } from './call.ts'
import type { MethodTable } from './call.ts'

const MAX_ANSWER = 200

export const callbacks: MethodTable = {
  answerCallbackQuery: ({ world, bot, params }) => {
    const text = textParam(params, 'text')
    const url = textParam(params, 'url')
    if (text !== undefined && text.length > MAX_ANSWER) throw badRequest('MESSAGE_TOO_LONG')
    const isAnswered = world.answerButton(bot, textParam(params, 'callback_query_id') ?? '', {
      ...(text === undefined || text === '' ? {} : { text }),
      showAlert: flagParam(params, 'show_alert'),
      ...(url === undefined || url === '' ? {} : { url }),
    })
    if (!isAnswered) throw badRequest('query is too old and response timeout expired or query ID is invalid')
    return true
  },
}
