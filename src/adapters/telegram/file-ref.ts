// How a file of Telegram is named inside the platform: its id, and its size where it was told, so that nobody asks in vain.
export function fileRef(fileId: string, bytes: number | null): string {
  return `${bytes ?? ''}:${fileId}`
}

export function parseFileRef(ref: string): { readonly fileId: string; readonly bytes: number | null } {
  const colon = ref.indexOf(':')
  const size = ref.slice(0, Math.max(0, colon))
  return { fileId: ref.slice(colon + 1), bytes: /^\d+$/.test(size) ? Number(size) : null }
}
