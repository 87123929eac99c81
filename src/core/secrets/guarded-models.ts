// Models that are never told a secret, whoever asks them and whatever the words came from.
import type { ChatMessage, Models } from '../ports/models.ts'
import type { SecretScanner } from '../ports/secret-scanner.ts'
import { redact } from './redact.ts'

/**
 * The same models; what looks like a secret in a prompt, a message, a tool's output or a text to be embedded is taken out first. What a
 * model itself said stays as it was: its provider may want it back to the letter. Pictures and recordings are not looked into.
 */
export function guardedModels(models: Models, scanner: SecretScanner): Models {
  const clean = async (text: string) => (await redact(scanner, text)).text

  async function cleanMessage(message: ChatMessage): Promise<ChatMessage> {
    switch (message.role) {
      case 'user':
        return { ...message, text: await clean(message.text) }
      case 'tool':
        return { ...message, output: await clean(message.output) }
      case 'assistant':
        return message
    }
  }

  return {
    ...models,
    chat: async (request, signal) => {
      const [system, messages] = await Promise.all([
        clean(request.system),
        Promise.all(request.messages.map(cleanMessage)),
      ])
      return models.chat({ ...request, system, messages }, signal)
    },
    object: async (request, signal) => {
      const [system, prompt] = await Promise.all([clean(request.system), clean(request.prompt)])
      return models.object({ ...request, system, prompt }, signal)
    },
    embed: async (texts, signal) => models.embed(await Promise.all(texts.map(clean)), signal),
  }
}
