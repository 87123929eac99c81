// Zip files by their central directory (APPNOTE 6.3): each entry is unpacked by itself and never beyond the size that it names.
import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'
import type { ArchivedFile, ArchiveLimits, Archives, OpenedArchive } from '../../core/ports/archives.ts'

const inflate = promisify(inflateRaw)

const END = 0x06_05_4b_50
const ENTRY = 0x02_01_4b_50
const LOCAL = 0x04_03_4b_50
const END_BYTES = 22
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30
const LONGEST_COMMENT = 65_535
const ENCRYPTED = 1
const UTF8 = 1 << 11
const STORED = 0
const DEFLATED = 8
const UNIX = 3
const MAC = 19
const KIND = 0o170_000
const LINK = 0o120_000
const ZIP64 = 0xff_ff_ff_ff

export function createArchives(): Archives {
  return {
    openZip: (given, limits) => {
      const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
      try {
        return openZip(bytes, limits)
      } catch {
        // Whatever points beyond the end.
        return refused('The .zip is broken: its list of files can not be read.')
      }
    },
  }
}

function openZip(bytes: Buffer, limits: ArchiveLimits): OpenedArchive {
  const end = endOf(bytes)
  if (end === null) return refused('This is no .zip, or a part of it is missing.')
  const count = bytes.readUInt16LE(end + 10)
  let at = bytes.readUInt32LE(end + 16)
  if (count === 0xff_ff || at === ZIP64) return refused('The .zip is too large (ZIP64).')
  if (count > limits.entries) return refused(`The .zip holds ${count} files; at most ${limits.entries} are taken.`)
  const files: ArchivedFile[] = []
  let total = 0
  for (let index = 0; index < count; index += 1) {
    if (bytes.readUInt32LE(at) !== ENTRY) return refused('The .zip is broken: its list of files can not be read.')
    const flags = bytes.readUInt16LE(at + 8)
    if ((flags & ENCRYPTED) !== 0) return refused('The .zip is locked with a password.')
    const size = bytes.readUInt32LE(at + 24)
    const nameBytes = bytes.readUInt16LE(at + 28)
    const name = nameOf(bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes), (flags & UTF8) !== 0)
    total += size
    if (size > limits.fileBytes || total > limits.bytes) return refused(tooLarge(limits))
    files.push(fileAt(bytes, at, { name, size }))
    at += ENTRY_BYTES + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return { type: 'opened', files }
}

function tooLarge({ bytes, fileBytes }: ArchiveLimits): string {
  const megabytes = (count: number): number => Math.floor(count / 1_000_000)
  return `Unpacked, the .zip is too large: at most ${megabytes(bytes)} MB are taken, and ${megabytes(fileBytes)} MB of one file.`
}

/** The record at the end, which a comment may follow; the last one counts. */
function endOf(bytes: Buffer): number | null {
  const first = Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT)
  for (let at = bytes.length - END_BYTES; at >= first; at -= 1) {
    if (bytes.readUInt32LE(at) === END && at + END_BYTES + bytes.readUInt16LE(at + 20) === bytes.length) return at
  }
  return null
}

function nameOf(bytes: Buffer, isUtf8: boolean): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return isUtf8 ? null : bytes.toString('latin1')
  }
}

function fileAt(bytes: Buffer, at: number, about: Pick<ArchivedFile, 'name' | 'size'>): ArchivedFile {
  const madeOn = bytes.readUInt8(at + 5)
  const mode = madeOn === UNIX || madeOn === MAC ? bytes.readUInt32LE(at + 38) >>> 16 : 0
  const method = bytes.readUInt16LE(at + 10)
  const packed = bytes.readUInt32LE(at + 20)
  const local = bytes.readUInt32LE(at + 42)
  const isFolder = about.name?.endsWith('/') ?? false
  return {
    ...about,
    type: isFolder ? 'folder' : (mode & KIND) === LINK ? 'link' : 'file',
    executable: (mode & 0o100) !== 0,
    bytes: async () => {
      const broken = new Error(`The .zip is broken: ${about.name ?? 'a file in it'} can not be unpacked.`)
      try {
        if (bytes.readUInt32LE(local) !== LOCAL) throw broken
        const from = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
        const data = bytes.subarray(from, from + packed)
        if (data.length !== packed) throw broken
        if (method === STORED && packed === about.size) return data
        if (method !== DEFLATED) throw new Error(`The .zip is packed in a way that is not known here (${method}).`)
        if (about.size === 0) return new Uint8Array()
        const whole = await inflate(data, { maxOutputLength: about.size })
        if (whole.length !== about.size) throw broken
        return whole
      } catch (error) {
        throw error instanceof Error && error.message.startsWith('The .zip') ? error : broken
      }
    },
  }
}

function refused(problem: string): OpenedArchive {
  return { type: 'refused', problem }
}
