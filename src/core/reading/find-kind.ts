// Tells what a file is by its first bytes; what it is called comes second, for names and types are whatever a sender wrote.

export type FoundKind = {
  readonly is: 'audio' | 'image' | 'video' | 'document'
  /** By the bytes where they say it, else as it was claimed; never with parameters. */
  readonly mediaType: string
}

type Claimed = {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly kind?: 'voice' | 'audio' | 'photo' | 'document' | 'video'
}

const PLAIN: readonly (readonly [start: string, is: FoundKind['is'], mediaType: string])[] = [
  ['\x89PNG\r\n', 'image', 'image/png'],
  ['\xff\xd8\xff', 'image', 'image/jpeg'],
  ['GIF87a', 'image', 'image/gif'],
  ['GIF89a', 'image', 'image/gif'],
  ['II*\0', 'image', 'image/tiff'],
  ['MM\0*', 'image', 'image/tiff'],
  ['fLaC', 'audio', 'audio/flac'],
  ['ID3', 'audio', 'audio/mpeg'],
  ['#!AMR', 'audio', 'audio/amr'],
  ['caff', 'audio', 'audio/x-caf'],
  ['.snd', 'audio', 'audio/basic'],
  ['%PDF-', 'document', 'application/pdf'],
  ['PK\x03\x04', 'document', 'application/zip'],
  ['PK\x05\x06', 'document', 'application/zip'],
  ['\x1f\x8b', 'document', 'application/gzip'],
  ['FLV\x01', 'video', 'video/x-flv'],
  ['\0\0\x01\xba', 'video', 'video/mpeg'],
]
const LOOKED_AT = 4_096

export function findKind({ bytes, mediaType, kind }: Claimed): FoundKind {
  const claimed = (mediaType.split(';')[0] ?? '').trim().toLowerCase()
  const head = latin(bytes.subarray(0, LOOKED_AT))
  const known = container(head, claimed, kind) ?? plain(head) ?? frames(bytes)
  if (known !== null) return known
  const unknown = claimed === '' ? 'application/octet-stream' : claimed
  // Sound comes without a mark in some formats; a picture or a video always has one.
  const isSound = kind === 'voice' || kind === 'audio' || claimed.startsWith('audio/')
  if (isSound && !isText(head)) return { is: 'audio', mediaType: claimed.startsWith('audio/') ? claimed : 'audio/ogg' }
  if (claimed.startsWith('video/') && !isText(head)) return { is: 'video', mediaType: unknown }
  return { is: 'document', mediaType: unknown }
}

function plain(head: string): FoundKind | null {
  const entry = PLAIN.find(([start]) => head.startsWith(start))
  if (entry !== undefined) return { is: entry[1], mediaType: entry[2] }
  // "BM" begins many a text: a bitmap's header goes on with four zeros.
  if (head.startsWith('BM') && head.slice(6, 10) === '\0\0\0\0') return { is: 'image', mediaType: 'image/bmp' }
  // Readers of PDF look for its mark in the first kilobyte.
  if (!isText(head) && head.slice(0, 1_024).includes('%PDF-')) return { is: 'document', mediaType: 'application/pdf' }
  return null
}

/** Formats that hold sound, pictures or both: what is inside decides, then what it was sent as. */
function container(head: string, claimed: string, kind: Claimed['kind']): FoundKind | null {
  const isSound = kind === 'voice' || kind === 'audio' || claimed.startsWith('audio/')
  if (head.startsWith('OggS'))
    return /theora|\x01video/.test(head)
      ? { is: 'video', mediaType: 'video/ogg' }
      : { is: 'audio', mediaType: 'audio/ogg' }
  if (head.startsWith('RIFF') || head.startsWith('RF64')) {
    const inside = head.slice(8, 12)
    if (inside === 'WAVE') return { is: 'audio', mediaType: 'audio/wav' }
    if (inside === 'WEBP') return { is: 'image', mediaType: 'image/webp' }
    if (inside === 'AVI ') return { is: 'video', mediaType: 'video/x-msvideo' }
  }
  if (head.startsWith('FORM') && /^AIF[FC]$/.test(head.slice(8, 12))) return { is: 'audio', mediaType: 'audio/aiff' }
  if (head.startsWith('\x1a\x45\xdf\xa3'))
    return isSound || !/V_[A-Z]/.test(head)
      ? soundOr(isSound, 'audio/webm', 'video/webm')
      : { is: 'video', mediaType: 'video/webm' }
  if (head.slice(4, 8) !== 'ftyp') return null
  const brand = head.slice(8, 12)
  if (/^(heic|heix|hevc|mif1|msf1)$/.test(brand)) return { is: 'image', mediaType: 'image/heic' }
  if (brand.startsWith('avi')) return { is: 'image', mediaType: 'image/avif' }
  if (/^M4[AB]/.test(brand)) return { is: 'audio', mediaType: 'audio/mp4' }
  return soundOr(isSound, 'audio/mp4', brand === 'qt  ' ? 'video/quicktime' : 'video/mp4')
}

function soundOr(isSound: boolean, audio: string, video: string): FoundKind {
  return isSound ? { is: 'audio', mediaType: audio } : { is: 'video', mediaType: video }
}

/** MPEG and AAC sound begins with a frame: eleven bits set, then a layer. */
function frames(bytes: Uint8Array): FoundKind | null {
  const [first = 0, second = 0] = bytes
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return null
  if ((second & 0xf6) === 0xf0) return { is: 'audio', mediaType: 'audio/aac' }
  const version = (second >> 3) & 3
  const layer = (second >> 1) & 3
  // Layer I would be FF FE too, with which text in UTF-16 begins; nobody sends it.
  return version !== 1 && (layer === 1 || layer === 2) ? { is: 'audio', mediaType: 'audio/mpeg' } : null
}

function isText(head: string): boolean {
  return !/[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(head)
}

function latin(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}
