/** Where this phone stands, asked of the browser. */
import { clock, db, turf } from '$lib/app.ts'
import { Whereabouts, type Parts } from '$lib/data/near.svelte.ts'

/** Satellites take their time under a tin roof; later than this the door is shut again anyway. */
const PATIENCE_MS = 30_000

const locate: Parts['locate'] =
  typeof navigator === 'undefined' || !('geolocation' in navigator)
    ? null
    : (found, missed) =>
        navigator.geolocation.getCurrentPosition(
          ({ coords: { longitude: lng, latitude: lat, accuracy } }) => found({ lng, lat, accuracy }),
          ({ code, PERMISSION_DENIED }) => missed(code === PERMISSION_DENIED ? 'denied' : 'no_fix'),
          // A remembered position would be one of some other place.
          { enableHighAccuracy: true, maximumAge: 0, timeout: PATIENCE_MS },
        )

export const near = new Whereabouts({ db, account_id: () => turf.account_id, locate, clocks: () => [performance.now(), clock.now()] })
