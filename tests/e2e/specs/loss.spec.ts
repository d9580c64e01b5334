import { moved } from '../support/book.ts'
import type { Phone, PushAnswer } from '../support/phone.ts'
import { expect, test } from '../support/test.ts'

test.use({ ward: { name: 'loss', scale: 0.1 } })

/** As a browser does that needs the room: the databases go, the small store beside them stays. */
async function evict(it: Phone, origin: string): Promise<void> {
  await it.page.close()
  it.page = await it.context.newPage()
  const browser = await it.context.newCDPSession(it.page)
  await browser.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
  await browser.detach()
  await it.page.goto('/')
}

/**
 * A phone with little room from the start: the browser remembers for half a minute how much there
 * was. Filled to the last byte by something else, and freed again.
 */
async function smallPhone(it: Phone, origin: string): Promise<{ fill: () => Promise<void>; free: () => Promise<void> }> {
  const browser = await it.context.newCDPSession(it.page)
  await browser.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 12 * 1024 * 1024 })
  return {
    fill: async () => {
      await it.page.evaluate(async () => {
        const db = await new Promise<IDBDatabase>((done, fail) => {
          const opening = indexedDB.open('photos', 1)
          opening.onupgradeneeded = () => opening.result.createObjectStore('photos', { autoIncrement: true })
          opening.onsuccess = () => done(opening.result)
          opening.onerror = () => fail(opening.error)
        })
        const put = (bytes: number): Promise<boolean> =>
          new Promise((done) => {
            const work = db.transaction('photos', 'readwrite')
            const photo = crypto.getRandomValues(new Uint8Array(Math.min(bytes, 65_536)))
            const whole = new Uint8Array(bytes)
            for (let at = 0; at < bytes; at += photo.length) whole.set(photo.subarray(0, Math.min(photo.length, bytes - at)), at)
            work.objectStore('photos').add(whole)
            work.oncomplete = () => done(true)
            work.onabort = () => done(false)
          })
        for (const bytes of [1 << 20, 1 << 16, 1 << 12, 1 << 8, 1]) while (await put(bytes));
        db.close()
      })
      // What it tidies away by itself from now on makes no room either.
      await browser.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 })
    },
    free: async () => {
      await it.page.evaluate(
        () =>
          new Promise<void>((done, fail) => {
            const gone = indexedDB.deleteDatabase('photos')
            gone.onsuccess = () => done()
            gone.onerror = () => fail(gone.error)
          }),
      )
      await browser.send('Storage.overrideQuotaForOrigin', { origin })
    },
  }
}

test('opened again with unsent work, the app says that it is all there', async ({ phone }) => {
  const it = await phone()
  await it.signIn('tnv1')
  await it.offline()
  await it.toNextDoor()
  await it.knock('notHome')
  await it.knock('notHome')
  await it.restart()
  const line = it.page.getByRole('button', { name: /^2 lượt của bạn còn nguyên/ })
  await expect(line).toBeVisible()
  await it.holds(2)
  await line.click()
  await expect(line).toBeHidden()
  // Once a start is enough.
  await it.go('Của tôi')
  await it.go('Đi ngõ')
  await expect(it.resume).toBeVisible()
  await expect(line).toHaveCount(0)
  await it.online()
  await expect(it.allSent).toBeVisible()
})

test('the browser threw the data away: the phone says what is gone and what to do', async ({ phone, book, server }) => {
  const it = await phone()
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.offline()
  await it.toNextDoor()
  await it.knock('notHome')
  await it.knock('declined')
  // Until the small store has been told of both.
  await it.page.waitForFunction(() => JSON.parse(localStorage.getItem('gocua.marker') ?? '{}').unsent === 2)
  await evict(it, server.url)

  const lost = () => it.page.getByRole('alert').filter({ hasText: 'Trình duyệt đã xóa dữ liệu' })
  const card = lost()
  await expect(card).toBeVisible()
  await expect(card).toContainText(/còn 2 lượt chưa gửi/)
  await expect(card).toContainText('Đăng nhập để tải lại ngõ')
  await expect(card).toContainText('Nhận tệp từ máy khác')
  await expect(card).toContainText('Báo đội trưởng')

  await it.online()
  await it.signIn('tnv1')
  await expect(card).toContainText('Đã đăng nhập')
  await card.getByRole('link', { name: 'Mở Của tôi' }).click()
  await expect(card).toBeVisible()
  await expect(it.page.getByRole('button', { name: /^Nhận tệp từ máy khác/ })).toBeVisible()
  await card.getByRole('button', { name: 'Đã hiểu' }).click()
  await expect(card).toBeHidden()
  await it.restart()
  await expect(it.resume).toBeVisible()
  await expect(lost()).toHaveCount(0)
  expect(moved(before, await book.coverage()), 'nothing is made up').toEqual({})

  // The emptied phone works as a new one.
  await it.toNextDoor()
  const pushed = it.pushed()
  await it.knock('notHome')
  expect(((await (await pushed).json()) as PushAnswer).results.map(({ outcome }) => outcome)).toEqual(['applied'])
})

test('a full phone refuses a knock kindly, and takes it when there is room', async ({ phone, server }) => {
  const it = await phone()
  const { page } = it
  const room = await smallPhone(it, server.url)
  await it.signIn('tnv1')
  await it.offline()
  await it.toNextDoor()
  await it.knock('notHome')
  await room.fill()

  const here = page.url()
  await page.getByRole('button', { name: 'Từ chối' }).click()
  const fault = page.getByRole('alert').filter({ hasText: 'Máy hết chỗ, chưa lưu được' })
  await expect(fault).toBeVisible()
  await expect(fault).toContainText('Những gì vừa bấm vẫn còn trên màn hình')
  expect(page.url(), 'the door stays open').toBe(here)
  await it.holds(1)
  // What is saved can still leave the phone.
  await fault.getByRole('button', { name: 'Tệp dự phòng' }).click()
  const giving = page.getByRole('dialog', { name: 'Gửi tệp dự phòng' })
  await expect(giving.getByText('1 lượt chưa gửi đã nằm trong tệp.')).toBeVisible()
  await giving.getByRole('button', { name: 'Đóng' }).click()
  await fault.getByRole('button', { name: 'Thử lại' }).click()
  await expect(fault).toBeVisible()
  await it.holds(1)

  await room.free()
  await fault.getByRole('button', { name: 'Thử lại' }).click()
  await page.waitForURL((url) => url.href !== here)
  await it.holds(2)
  await it.online()
  await expect(it.allSent).toBeVisible()
})

test('a full phone keeps what was typed about a home', async ({ phone, server }) => {
  const it = await phone()
  const { page } = it
  const room = await smallPhone(it, server.url)
  await it.signIn('tnv1')
  await it.toNextDoor()
  await page.getByRole('button', { name: 'Sửa thông tin nhà' }).click()
  const sheet = page.getByRole('dialog', { name: 'Sửa thông tin nhà' })
  const landmark = sheet.getByRole('textbox', { name: /^Mốc dễ nhận/ })
  await landmark.fill('cạnh cây đa')
  await room.fill()
  await sheet.getByRole('button', { name: 'Lưu thông tin' }).click()
  await expect(sheet.getByRole('alert')).toContainText('Máy hết chỗ, chưa lưu được')
  await expect(landmark).toHaveValue('cạnh cây đa')
  await room.free()
  await sheet.getByRole('alert').getByRole('button', { name: 'Thử lại' }).click()
  await expect(sheet).toBeHidden()
  await expect(page.getByText(/^Mốc: cạnh cây đa/)).toBeVisible()
})

test('signed out with unsent work: parked on this phone, sent when the same person is back', async ({ phone, book }) => {
  const it = await phone()
  await it.signIn('tnv1')
  const before = await book.coverage()
  await it.offline()
  await it.toNextDoor()
  await it.knock('notHome')
  await it.knock('notHome')
  await it.mine()
  const said = await it.signOut()
  expect(said).toContain('Còn 2 lượt chưa gửi.')
  expect(said).toContain('giữ kín trên máy này và tự gửi khi bạn đăng nhập lại')
  // As a count, and nothing else.
  await expect(it.page.getByText(/Máy này còn 2 lượt chưa gửi của người khác/)).toBeVisible()

  await it.online()
  const pushed = it.pushed()
  await it.signIn('tnv1')
  // The sealed copies may have been faster than the thumb that signs in.
  for (const { outcome } of ((await (await pushed).json()) as PushAnswer).results) expect(['applied', 'duplicate']).toContain(outcome)
  await expect(it.allSent).toBeVisible()
  const now = await book.coverage()
  expect(now.total.visits - before.total.visits).toBe(2)
})
