// What is no words in a request: pictures, recordings, and texts that want a place rather than an answer.
import type { JsonObject, JsonValue } from '../../src/core/vocabulary/json.ts'
import type { SentMedia } from './turn.ts'
import { isObject, listOf, textOf } from './turn.ts'

/** Fields as strings, repeated ones the last; the file under its field's name. Null when it can't be read. */
export async function multipartBody(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<JsonObject | null> {
  try {
    const form = await new Response(bytes, { headers: { 'content-type': contentType } }).formData()
    const body: Record<string, JsonValue> = {}
    for (const [name, value] of form) {
      if (typeof value === 'string') body[name] = value
      else {
        const data = Buffer.from(await value.arrayBuffer()).toString('base64')
        body[name] = { name: value.name, mediaType: value.type, data }
      }
    }
    return body
  } catch {
    return null
  }
}

/** Wherever the protocol puts them: data URLs, and objects of a media type and base64. */
export function mediaIn(value: JsonValue): readonly SentMedia[] {
  if (typeof value === 'string') {
    const [, mediaType, data] = /^data:([^;,]{1,100});base64,(.*)$/s.exec(value) ?? []
    return mediaType === undefined || data === undefined ? [] : [sent(mediaType, data)]
  }
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => mediaIn(item))
  if (!isObject(value)) return []
  const mediaType = textOf(value['media_type']) || textOf(value['mimeType']) || textOf(value['mediaType'])
  if (mediaType !== '' && typeof value['data'] === 'string') return [sent(mediaType, value['data'])]
  return Object.values(value).flatMap(mediaIn)
}

function sent(mediaType: string, data: string): SentMedia {
  return { mediaType, bytes: new Uint8Array(Buffer.from(data, 'base64')) }
}

/** The texts of an embeddings request, of either kind. */
export function inputsIn(body: JsonObject): readonly string[] {
  const { input, requests, content } = body
  if (Array.isArray(input)) return input.filter((item: JsonValue) => typeof item === 'string')
  const contents = requests === undefined ? [content] : listOf(requests).map((request) => request['content'])
  const texts = contents.filter(isObject).map(({ parts }) =>
    listOf(parts)
      .map(({ text }) => textOf(text))
      .join(''),
  )
  return texts.length === 0 && typeof input === 'string' ? [input] : texts
}
