// What messages of every kind have in common: buttons and media.
import { el } from './dom.js'

export function buttonNode(button, press, how = '') {
  const mark = button.url ? '\u00a0↗' : button.copyText ? '\u00a0⧉' : ''
  const node = el(
    'button',
    {
      type: 'button',
      class: `tap ${button.style ?? ''} ${how}`,
      disabled: button.disabled,
      title: button.url ?? button.data,
    },
    button.label ?? button.text,
    mark,
  )
  node.addEventListener('click', () => press(button, node))
  return node
}

const size = (bytes) =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 * 1024
      ? `${(bytes / 1024).toFixed(1)} KB`
      : `${(bytes / 1024 / 1024).toFixed(1)} MB`

export function mediaNode(media) {
  const url = `/api/file?id=${encodeURIComponent(media.fileId)}`
  switch (media.type) {
    case 'photo': {
      const image = el('img', { src: url, alt: 'Photo', class: 'photo', loading: 'lazy' })
      image.addEventListener('error', () =>
        image.replaceWith(el('span', { class: 'broken' }, 'A photo that is no picture')),
      )
      return el('a', { href: url, target: '_blank', rel: 'noopener' }, image)
    }
    case 'voice':
    case 'audio':
      return el(
        'div',
        { class: 'audio' },
        el('span', { class: 'file-name' }, media.type === 'voice' ? 'Voice' : (media.name ?? 'Audio')),
        el('audio', { controls: true, preload: 'none', src: url }),
      )
    case 'video':
    case 'video_note':
    case 'animation':
      return el('video', { controls: true, preload: 'metadata', src: url })
    default:
      return el(
        'a',
        { class: 'file', href: url, download: media.name ?? 'file', target: '_blank', rel: 'noopener' },
        el('span', { class: 'file-icon', 'aria-hidden': 'true' }, '↓'),
        el('span', {}, el('span', { class: 'file-name' }, media.name ?? media.type), el('small', {}, size(media.size))),
      )
  }
}
