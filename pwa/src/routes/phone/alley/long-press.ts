import type { Attachment } from 'svelte/attachments'

/** As long as Android takes to offer its own menu. */
const LONG_MS = 450
/** A thumb that rests moves this much, in CSS pixels. */
const REST_PX = 10

/** Calls `held` when a finger stays; the tap that ends it opens nothing. */
export function longPress(held: () => void): Attachment<HTMLElement> {
  return (node) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let from = { x: 0, y: 0 }
    let done = false
    const stop = (): void => clearTimeout(timer)
    const down = (event: PointerEvent): void => {
      done = false
      if (event.pointerType === 'mouse' && event.button !== 0) return
      from = { x: event.clientX, y: event.clientY }
      stop()
      timer = setTimeout(() => {
        done = true
        navigator.vibrate?.(12)
        held()
      }, LONG_MS)
    }
    const move = (event: PointerEvent): void => {
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > REST_PX) stop()
    }
    const click = (event: MouseEvent): void => {
      if (!done) return
      done = false
      event.preventDefault()
      event.stopImmediatePropagation()
    }
    // The menu of links would lie over the alley.
    const menu = (event: Event): void => event.preventDefault()
    const heard = [
      ['pointerdown', down], ['pointermove', move], ['pointerup', stop], ['pointercancel', stop], ['click', click], ['contextmenu', menu],
    ] as const
    for (const [name, hear] of heard) node.addEventListener(name, hear as EventListener, name === 'click')
    return () => {
      stop()
      for (const [name, hear] of heard) node.removeEventListener(name, hear as EventListener, name === 'click')
    }
  }
}
