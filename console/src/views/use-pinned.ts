// Keeps a scrolling box at its end while it grows, until the reader scrolls away from there.
import { useEffect, useRef, useState } from 'preact/hooks'

const NEAR = 48

/** `place` names what is in the box: another place begins at its own end, or at its top where that is not wanted. */
export function usePinned(wanted: boolean, place: string) {
  const box = useRef<HTMLDivElement>(null)
  const pinned = useRef(wanted)
  const [away, setAway] = useState(false)
  useEffect(() => {
    const element = box.current
    const content = element?.firstElementChild
    pinned.current = wanted
    setAway(false)
    if (!wanted || element === null || content == null) return
    const toEnd = () => {
      if (pinned.current) element.scrollTop = element.scrollHeight
    }
    const onScroll = () => {
      pinned.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR
      setAway(!pinned.current)
    }
    const sizes = new ResizeObserver(toEnd)
    sizes.observe(content)
    sizes.observe(element)
    element.addEventListener('scroll', onScroll, { passive: true })
    toEnd()
    return () => {
      sizes.disconnect()
      element.removeEventListener('scroll', onScroll)
    }
  }, [wanted, place])
  const toEnd = () => {
    pinned.current = true
    setAway(false)
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight
  }
  return { box, away, toEnd }
}
