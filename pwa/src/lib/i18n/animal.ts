import { animalOf } from '../domain/animal.ts'
import { animalVi } from './animal.vi.ts'
import { Dictionary } from './dictionary.svelte.ts'

const messages = new Dictionary(animalVi, () => import('./animal.en.ts').then((module) => module.animalEn))

/** "con trâu"; of an animal this release does not know, its code. */
export function writeAnimal(code: string): string {
  const animal = animalOf(code)
  return animal === null ? code : messages.t(animal)
}
