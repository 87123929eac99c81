import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findKind } from './find-kind.ts'

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
const found = (head: string, mediaType = '', kind?: 'voice' | 'photo'): string => {
  const { is, mediaType: type } = findKind({ bytes: bytesOf(head), mediaType, ...(kind === undefined ? {} : { kind }) })
  return `${is} ${type}`
}

test('the bytes decide, whatever the sender says', () => {
  assert.equal(found('\x89PNG\r\n\x1a\n', 'text/plain'), 'image image/png')
  assert.equal(found('\xff\xd8\xff\xe0', 'audio/ogg', 'voice'), 'image image/jpeg')
  assert.equal(found('GIF89a', ''), 'image image/gif')
  assert.equal(found('RIFF....WEBPVP8 ', ''), 'image image/webp')
  assert.equal(found('RIFF....WAVEfmt ', 'image/png', 'photo'), 'audio audio/wav')
  assert.equal(found('RIFF....AVI LIST', ''), 'video video/x-msvideo')
  assert.equal(found('%PDF-1.7\n', 'image/png', 'photo'), 'document application/pdf')
  assert.equal(found('\0\0junk\n%PDF-1.7\n'), 'document application/pdf')
  assert.equal(found('PK\x03\x04....', 'audio/mpeg', 'voice'), 'document application/zip')
  assert.equal(found('\x1f\x8b\x08'), 'document application/gzip')
  assert.equal(found('II*\0'), 'image image/tiff')
  assert.equal(found('BM\x10\0\0\0\0\0\0\0'), 'image image/bmp')
})

test('sound is known by its frames and its containers', () => {
  assert.equal(found('OggS\0\x02OpusHead'), 'audio audio/ogg')
  assert.equal(found('OggS\0\x02\x80theora'), 'video video/ogg')
  assert.equal(found('ID3\x04'), 'audio audio/mpeg')
  assert.equal(found('\xff\xfb\x90'), 'audio audio/mpeg')
  assert.equal(found('\xff\xf1\x50'), 'audio audio/aac')
  assert.equal(found('fLaC'), 'audio audio/flac')
  assert.equal(found('#!AMR\n'), 'audio audio/amr')
  assert.equal(found('FORM....AIFF'), 'audio audio/aiff')
})

test('what holds sound or pictures or both is what it was sent as', () => {
  assert.equal(found('\0\0\0\x20ftypM4A '), 'audio audio/mp4')
  assert.equal(found('\0\0\0\x20ftypisom', 'video/mp4'), 'video video/mp4')
  assert.equal(found('\0\0\0\x20ftypisom', 'audio/mp4'), 'audio audio/mp4')
  assert.equal(found('\0\0\0\x20ftypisom', '', 'voice'), 'audio audio/mp4')
  assert.equal(found('\0\0\0\x20ftypqt  '), 'video video/quicktime')
  assert.equal(found('\0\0\0\x20ftypheic'), 'image image/heic')
  assert.equal(found('\0\0\0\x20ftypavif'), 'image image/avif')
  assert.equal(found('\x1a\x45\xdf\xa3....A_OPUS', 'audio/webm; codecs=opus'), 'audio audio/webm')
  assert.equal(found('\x1a\x45\xdf\xa3....V_VP9', 'video/webm'), 'video video/webm')
})

test('text is a document, whatever it is said to be', () => {
  assert.equal(found('hello', 'image/png', 'photo'), 'document image/png')
  assert.equal(found('hello', 'audio/ogg', 'voice'), 'document audio/ogg')
  assert.equal(found('BMW is a car', 'text/plain'), 'document text/plain')
  assert.equal(found('a talk about %PDF-1.7', 'Text/Plain; charset=utf-8'), 'document text/plain')
  assert.equal(found('\xff\xfeh\0i\0', 'text/plain'), 'document text/plain')
  assert.equal(found('x', ''), 'document application/octet-stream')
})

test('sound without a mark is believed to be sound; a picture without one is not a picture', () => {
  assert.equal(found('\x01\x02\x03', 'audio/x-raw'), 'audio audio/x-raw')
  assert.equal(found('\x01\x02\x03', '', 'voice'), 'audio audio/ogg')
  assert.equal(found('\x01\x02\x03', 'image/png', 'photo'), 'document image/png')
  assert.equal(found('\x01\x02\x03', 'video/x-own'), 'video video/x-own')
})
